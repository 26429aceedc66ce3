import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodes } from '../exit-codes.ts';
import { forgetProfile, profileStoreFile, saveProfile } from './profile-store.ts';
import { resolveProfile } from './profile.ts';

let home = '';
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'kanade-profile-'))));
afterEach(() => {
  rmSync(home, { recursive: true });
});

const environment = () => ({ HOME: home, XDG_CONFIG_HOME: join(home, 'config') });

function writeLocal(folder: string, url: string): string {
  const file = join(folder, '.kanade', 'profiles', 'local.json');
  mkdirSync(join(folder, '.kanade', 'profiles'), { recursive: true });
  writeFileSync(file, JSON.stringify({ url, token: 'kanade_x' }), { mode: 0o600 });
  return file;
}

describe('resolveProfile', () => {
  it('says how to sign in when there is none', () => {
    expect(() => resolveProfile(environment(), home, undefined)).toThrow(expect.objectContaining({ exitCode: exitCodes.notSignedIn }));
  });

  it('finds the installation above the working directory', () => {
    writeLocal(home, 'http://127.0.0.1:1');
    mkdirSync(join(home, 'a', 'b'), { recursive: true });
    expect(resolveProfile(environment(), join(home, 'a', 'b'), undefined)).toEqual({ name: 'local', url: 'http://127.0.0.1:1', token: 'kanade_x' });
  });

  it('refuses a token that other users can read', () => {
    chmodSync(writeLocal(home, 'http://127.0.0.1:1'), 0o644);
    expect(() => resolveProfile(environment(), home, undefined)).toThrow(/other users/);
  });

  it('prefers what the environment says to what lies around, and a named profile to both', () => {
    writeLocal(home, 'http://127.0.0.1:1');
    saveProfile(environment(), 'prod', { url: 'https://prod', token: 'kanade_p' });
    const ci = { ...environment(), KANADE_URL: 'https://ci', KANADE_TOKEN: 'kanade_ci' };
    expect(resolveProfile(ci, home, undefined).url).toBe('https://ci');
    expect(resolveProfile(ci, home, 'prod').url).toBe('https://prod');
    expect(resolveProfile(environment(), home, 'local').url).toBe('http://127.0.0.1:1');
  });

  it('refuses a CA that is none, and says where to find it', () => {
    const ci = { ...environment(), KANADE_URL: 'https://ci', KANADE_TOKEN: 'kanade_ci', KANADE_CA: join(home, 'ca.pem') };
    expect(() => resolveProfile(ci, home, undefined)).toThrow(/ca\.pem cannot be used/);
    writeFileSync(join(home, 'ca.pem'), 'not a certificate');
    expect(() => resolveProfile(ci, home, undefined)).toThrow(expect.objectContaining({ exitCode: exitCodes.usage }));
  });

  it('refuses half of a sign-in from the environment', () => {
    expect(() => resolveProfile({ ...environment(), KANADE_URL: 'https://ci' }, home, undefined)).toThrow(/go together/);
  });

  it('falls back to the one last signed in to, kept where only its owner reads', () => {
    saveProfile(environment(), 'a', { url: 'https://a', token: 'kanade_a' });
    saveProfile(environment(), 'b', { url: 'https://b', token: 'kanade_b' });
    expect(resolveProfile(environment(), home, undefined)).toMatchObject({ name: 'b', url: 'https://b' });
    expect(statSync(profileStoreFile(environment())).mode & 0o777).toBe(0o600);
  });

  it('has one fewer after signing out', () => {
    saveProfile(environment(), 'a', { url: 'https://a', token: 'kanade_a' });
    saveProfile(environment(), 'b', { url: 'https://b', token: 'kanade_b' });
    forgetProfile(environment(), 'b');
    forgetProfile(environment(), 'never');
    expect(() => resolveProfile(environment(), home, undefined)).toThrow(expect.objectContaining({ exitCode: exitCodes.notSignedIn }));
    expect(resolveProfile(environment(), home, 'a').url).toBe('https://a');
  });

  it('names a damaged file', () => {
    writeFileSync(writeLocal(home, 'x'), '{', { mode: 0o600 });
    expect(() => resolveProfile(environment(), home, undefined)).toThrow(/local\.json cannot be read/);
  });
});
