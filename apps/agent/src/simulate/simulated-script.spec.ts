import { expect, test } from 'vitest';
import { stepsOf } from './simulated-script.ts';

const play = (script: string) => stepsOf(script, 'host', () => 0).map((step) => (step.kind === 'print' ? `${step.stream}: ${step.text}` : step.kind === 'exit' ? `exit ${step.code}` : `wait ${step.afterMs}`));

test.each([
  ['echo hello', ['stdout: hello', 'exit 0']],
  ['uname -a; echo err >&2; exit 3', ['stdout: Simulated host 1.0 x86_64', 'stderr: err', 'exit 3']],
  ['# note\nsleep 2\necho "a b" && exit 0\necho never', ['wait 2000', 'stdout: a b', 'exit 0']],
  ['apt-get update', ['stdout: host: apt-get update: done (simulated)', 'exit 0']],
  ['', ['exit 0']],
])('%j', (script, expected) => {
  expect(play(script)).toEqual(expected);
});
