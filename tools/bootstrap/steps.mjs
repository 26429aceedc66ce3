import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node, nx, root } from './paths.mjs';
import { foreground } from './run.mjs';
import { say } from './say.mjs';
import { runAgain } from './second-run.mjs';

const runMany = (target, ...rest) => [nx, 'run-many', '-t', target, '--output-style=static', '--nx-bail=false', ...rest];

/** What must hold before every commit. A step with `tests` leaves reports of that name in `test-results` folders. */
export const checkSteps = [
  { name: 'references', command: [nx, 'sync:check'] },
  { name: 'lint', command: runMany('lint') },
  { name: 'types', command: runMany('typecheck') },
  {
    name: 'generated files',
    command: ['--conditions=@kanade/source', '--disable-warning=ExperimentalWarning', 'tools/generate/src/main.ts', '--check'],
  },
  { name: 'tests', command: runMany('test'), tests: 'test' },
];
export const systemSteps = [
  { name: 'build', command: runMany('build') },
  { name: 'end to end', command: [nx, 'run', '@kanade/e2e:e2e', '--output-style=static'], tests: 'e2e' },
];
export const slowSteps = [{ name: 'slow', command: [nx, 'run', '@kanade/e2e:slow', '--output-style=static'], tests: 'slow' }];

const onCi = process.env.CI === 'true';

/** Runs every step, also after one failed, so that one run tells everything; the exit code is 1 if any failed. */
export const runSteps = async (label, steps, env) => {
  const results = [];
  let stopped = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => (stopped = true));
  for (const step of steps) {
    say(`\n── ${step.name}`);
    const started = Date.now();
    const code = await foreground(node, step.command, { cwd: root, env });
    const ok = code === 0 || (onCi && !stopped && step.tests !== undefined && (await runAgain(step.tests, env)));
    results.push({ name: step.name, tests: step.tests !== undefined, ok, seconds: (Date.now() - started) / 1000 });
    if (stopped) break;
  }
  mkdirSync(join(root, 'tmp'), { recursive: true });
  writeFileSync(join(root, 'tmp', `steps-${label}.json`), `${JSON.stringify(results, null, 2)}\n`);
  say('');
  for (const { name, ok, seconds } of results) say(`${ok ? 'ok    ' : 'FAILED'}  ${name} (${seconds.toFixed(1)} s)`);
  return results.length === steps.length && results.every(({ ok }) => ok) ? 0 : 1;
};
