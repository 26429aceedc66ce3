import { describe, expect, it } from 'vitest';
import { manifestSchema, parseDuration } from './manifest.ts';

const minimal = { id: 'hello', version: '1.0.0', execute: { shell: 'sh', script: 'echo hello' } };

describe('manifestSchema', () => {
  it('fills in what an author may leave out', () => {
    expect(manifestSchema.parse(minimal)).toEqual({
      ...minimal,
      description: '',
      secrets: [],
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
    ['a secret of nobody’s naming', { ...minimal, secrets: [{ name: 'DB_PASSWORD', as: 'env' }] }],
    ['a secret put nowhere', { ...minimal, secrets: [{ name: 'db' }] }],
    ['a secret with its value', { ...minimal, secrets: [{ name: 'db', as: 'env', value: 'x' }] }],
    ['a secret below execute, where a script without a job could have it', { ...minimal, execute: { ...minimal.execute, secrets: [{ name: 'db', as: 'env' }] } }],
    ['a variable name with a blank', { ...minimal, execute: { ...minimal.execute, env: { 'A B': 'x' } } }],
  ])('refuses %s', (_what, manifest) => {
    expect(manifestSchema.safeParse(manifest).success).toBe(false);
  });
});

describe('the secrets of a manifest', () => {
  const withSecrets = (secrets: object[], env = {}) => manifestSchema.safeParse({ ...minimal, execute: { ...minimal.execute, env }, secrets });

  it('may be several, of one name too', () => {
    expect(withSecrets([{ name: 'db-password', as: 'env' }, { name: 'db-password', as: 'file' }, { name: 'key', as: 'env', variable: 'KEY_2' }]).success).toBe(true);
  });

  it.each([
    ['two of one variable', [{ name: 'db', as: 'env' }, { name: 'other', as: 'env', variable: 'db' }], {}, 'db is taken by the secret db'],
    ['a path where another’s value is', [{ name: 'db-file', as: 'env' }, { name: 'db', as: 'file' }], {}, 'DB_FILE is taken by the secret db-file'],
    ['a variable that env sets', [{ name: 'db', as: 'env' }], { DB: 'x' }, 'env sets DB too'],
    ['a variable of kanade’s own', [{ name: 'kanade-run-id', as: 'env' }], {}, 'KANADE_RUN_ID is kanade’s own'],
  ])('are refused as %s, with the place and the fix', (_what, secrets, env, message) => {
    const issue = withSecrets(secrets, env).error?.issues[0];
    expect(issue?.path).toEqual(['secrets', secrets.length - 1]);
    expect(issue?.message).toContain(message);
    expect(issue?.message).toContain('another variable');
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
