import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { exitCodes } from '../exit-codes.ts';
import { Failure, messageOf, usageFailure } from '../failure.ts';
import { readAuthority } from './authority.ts';
import { readProfileStore, type Environment } from './profile-store.ts';

/** Where a backend is and how to be let in. */
export interface Profile {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  /** The authority (PEM) that vouches for the backend; absent where a public one does. */
  readonly ca?: string | undefined;
}

/**
 * Finds the profile to use, in this order: `--profile` or `KANADE_PROFILE`, `KANADE_URL` with `KANADE_TOKEN` (pipelines),
 * the installation whose data directory is nearest above the working directory (`local`), the one last signed in to.
 */
export function resolveProfile(environment: Environment, cwd: string, wanted: string | undefined): Profile {
  const name = wanted ?? environment['KANADE_PROFILE'];
  if (name !== undefined) return namedProfile(environment, cwd, name);
  const fromEnvironment = environmentProfile(environment);
  if (fromEnvironment) return fromEnvironment;
  const local = localProfile(environment, cwd);
  if (local) return local;
  const store = readProfileStore(environment);
  const current = store.current === undefined ? undefined : store.profiles[store.current];
  if (store.current !== undefined && current) return { name: store.current, ...current };
  throw notSignedIn('You are not signed in to any backend.');
}

function namedProfile(environment: Environment, cwd: string, name: string): Profile {
  const stored = readProfileStore(environment).profiles[name];
  if (stored) return { name, ...stored };
  const local = name === 'local' ? localProfile(environment, cwd) : undefined;
  if (local) return local;
  throw notSignedIn(`There is no profile named ${JSON.stringify(name)}.`);
}

function environmentProfile(environment: Environment): Profile | undefined {
  const url = environment['KANADE_URL'];
  const token = environment['KANADE_TOKEN'];
  if (url === undefined && token === undefined) return undefined;
  if (!url || !token) throw usageFailure('KANADE_URL and KANADE_TOKEN go together; one of them is missing.', 'Set both, or neither.');
  const caFile = environment['KANADE_CA'];
  return { name: 'environment', url, token, ca: caFile ? readAuthority(caFile) : undefined };
}

/** The data directory of the installation around `cwd`: `KANADE_DATA_DIR`, else the nearest `.kanade` above. */
export function findDataDir(environment: Environment, cwd: string): string | undefined {
  const named = environment['KANADE_DATA_DIR'];
  if (named) return resolve(cwd, named);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, '.kanade');
    if (existsSync(join(candidate, 'profiles'))) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

function localProfile(environment: Environment, cwd: string): Profile | undefined {
  const dataDir = findDataDir(environment, cwd);
  if (dataDir === undefined) return undefined;
  const file = join(dataDir, 'profiles', 'local.json');
  if (!existsSync(file)) return undefined;
  return { name: 'local', ...readCredentials(file) };
}

function readCredentials(file: string): Omit<Profile, 'name'> {
  const others = statSync(file).mode & 0o077;
  if (process.platform !== 'win32' && others !== 0) {
    throw new Failure(`${file} can be read by other users of this machine.`, { suggestion: `chmod 600 ${file}`, code: 'unsafe-file' });
  }
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${messageOf(error)}`, { suggestion: 'Run npm start again to write it anew.', cause: error });
  }
  if (typeof content === 'object' && content !== null && 'url' in content && 'token' in content) {
    const ca = 'ca' in content && typeof content.ca === 'string' ? readAuthority(content.ca) : undefined;
    if (typeof content.url === 'string' && typeof content.token === 'string') return { url: content.url, token: content.token, ca };
  }
  throw new Failure(`${file} holds no url and token.`, { suggestion: 'Run npm start again to write it anew.' });
}

function notSignedIn(message: string): Failure {
  return new Failure(message, {
    exitCode: exitCodes.notSignedIn,
    code: 'not-signed-in',
    suggestion: 'Sign in with `kanade login --url https://…`, or run the command from the folder where `npm start` was run.',
  });
}
