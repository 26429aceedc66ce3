import { describe, expect, it } from 'vitest';
import { isSubjectToken } from './subject-token.ts';
import { parseEventSubject, parseOutputSubject, subjects } from './subjects.ts';

describe('subject tokens', () => {
  it.each(['*', '>', 'a.b', '', 'A', 'a b', '-a', 'a'.repeat(64), 'é', 'a\n'])('refuses %j', (token) => {
    expect(isSubjectToken(token)).toBe(false);
    expect(() => subjects.commands(token)).toThrow(/endpoint id/);
  });

  it.each(['a', '0', '0192f0c1-7e2a-7abc-8def-0123456789ab', 'a'.repeat(63)])('takes %j', (token) => {
    expect(subjects.commands(token)).toBe(`kanade.commands.${token}`);
  });
});

describe('subjects read back', () => {
  it('tells who may write an event subject', () => {
    expect(parseEventSubject(subjects.endpointEvents('e1'))).toEqual({ kind: 'endpoint', endpointId: 'e1' });
    expect(parseEventSubject(subjects.controlEvents('job', 'backup'))).toEqual({ kind: 'control', aggregate: 'job', id: 'backup' });
  });

  it.each(['kanade.events.endpoint', 'kanade.events.endpoint.a.b', 'kanade.events.control.job', 'kanade.output.a', 'x.events.endpoint.a'])(
    'does not take %j for an event subject',
    (subject) => {
      expect(parseEventSubject(subject)).toBeUndefined();
    },
  );

  it('takes an output subject apart', () => {
    expect(parseOutputSubject(subjects.output('e1', 'r1', 'stderr', 12))).toEqual({ endpointId: 'e1', runId: 'r1', stream: 'stderr', chunk: 12 });
    expect(parseOutputSubject('kanade.output.e1.r1.stdin.0')).toBeUndefined();
  });
});
