import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure, messageOf } from '../failure.ts';

/** The process's environment variables, or a test's. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The signed-in backends of this user, by profile name. */
export interface ProfileStore {
  readonly current: string | undefined;
  readonly profiles: Readonly<Record<string, StoredProfile>>;
}

/** One signed-in backend; `ca` is the authority (PEM) that vouches for it, where no public one does. */
export interface StoredProfile {
  readonly url: string;
  readonly token: string;
  readonly ca?: string | undefined;
}

/** Where this user's profiles are kept, mode 0600. */
export function profileStoreFile(environment: Environment): string {
  const base =
    process.platform === 'win32'
      ? (environment['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'))
      : (environment['XDG_CONFIG_HOME'] ?? join(environment['HOME'] ?? homedir(), '.config'));
  return join(base, 'kanade', 'profiles.json');
}

/** Reads the profiles; an absent file is an empty store, a damaged one a Failure that names it. */
export function readProfileStore(environment: Environment): ProfileStore {
  const file = profileStoreFile(environment);
  if (!existsSync(file)) return { current: undefined, profiles: {} };
  try {
    return toStore(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Failure(`${file} is damaged: ${messageOf(error)}`, { suggestion: 'Delete it and sign in again.', cause: error });
  }
}

/** Adds or replaces one profile and makes it the current one; the file is replaced as a whole and readable by its owner alone. */
export function saveProfile(environment: Environment, name: string, profile: StoredProfile): void {
  const { profiles } = readProfileStore(environment);
  writeProfileStore(environment, { current: name, profiles: { ...profiles, [name]: profile } });
}

/** Removes one profile; one that is not there is not an error. */
export function forgetProfile(environment: Environment, name: string): void {
  const { current, profiles } = readProfileStore(environment);
  if (!(name in profiles)) return;
  const left = Object.fromEntries(Object.entries(profiles).filter(([each]) => each !== name));
  writeProfileStore(environment, { current: current === name ? undefined : current, profiles: left });
}

function writeProfileStore(environment: Environment, store: ProfileStore): void {
  const file = profileStoreFile(environment);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.${process.pid}.new`;
  writeFileSync(next, JSON.stringify(store, null, 2), { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, file);
}

function toStore(content: unknown): ProfileStore {
  if (typeof content !== 'object' || content === null) throw new TypeError('it is not a JSON object');
  const current = 'current' in content && typeof content.current === 'string' ? content.current : undefined;
  const listed = 'profiles' in content && typeof content.profiles === 'object' && content.profiles !== null ? content.profiles : {};
  const profiles: Record<string, StoredProfile> = {};
  for (const [name, value] of Object.entries(listed)) profiles[name] = toProfile(name, value);
  return { current, profiles };
}

function toProfile(name: string, value: unknown): StoredProfile {
  if (typeof value === 'object' && value !== null && 'url' in value && 'token' in value) {
    const ca = 'ca' in value && typeof value.ca === 'string' ? value.ca : undefined;
    if (typeof value.url === 'string' && typeof value.token === 'string') return { url: value.url, token: value.token, ca };
  }
  throw new TypeError(`profile ${JSON.stringify(name)} has no url and token`);
}
