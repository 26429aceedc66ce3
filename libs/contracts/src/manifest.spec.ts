import { describe, expect, it } from 'vitest';
import { manifestSchema, parseDuration } from './manifest.ts';

const minimal = { id: 'hello', version: '1.0.0', execute: { shell: 'sh', script: 'echo hello' } };

describe('manifestSchema', () => {
  it('fills in what an author may leave out', () => {
    expect(manifestSchema.parse(minimal)).toEqual({
      ...minimal,
      description: '',
      execute: { ...minimal.execute, timeout: '15m', runAs: 'system', env: {}, arguments: [] },
    });
  });

  it.each([
    ['an unknown key', { ...minimal, retries: 3 }],
    ['an unknown key below execute', { ...minimal, execute: { ...minimal.execute, run_as: 'user' } }],
    ['both script and scriptFile', { ...minimal, execute: { ...minimal.execute, scriptFile: 'a.sh' } }],
    ['neither script nor scriptFile', { ...minimal, execute: { shell: 'sh' } }],
    ['a shell nobody has', { ...minimal, execute: { ...minimal.execute, shell: 'fish' } }],
    ['a duration without a unit', { ...minimal, execute: { ...minimal.execute, timeout: '30' } }],
    ['an id that would widen a subject', { ...minimal, id: 'a.*' }],
    ['a variable name with a blank', { ...minimal, execute: { ...minimal.execute, env: { 'A B': 'x' } } }],
  ])('refuses %s', (_what, manifest) => {
    expect(manifestSchema.safeParse(manifest).success).toBe(false);
  });
});

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
  ])('reads %s as %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 'm', '-5m', '1.5h', '0s', '5 m'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(RangeError);
  });
});
