import { existsSync } from 'node:fs';
import { ApiError, configureApi, createSessionToken, getSession } from '@kanade/api-client';
import { readPrivateFile, writePrivateFile } from '@kanade/messaging';
import type { DataPaths } from './paths.ts';
import { StartupError } from './startup-error.ts';

/** Why the password in the file may not be enough. */
const refusals: Readonly<Record<string, string>> = {
  'sign-in-failed': 'the password of admin has been changed, or admin has been disabled',
  'second-factor-required': 'admin has a second factor, which only its holder can give',
};

/** What `npx kanade` signs in with from the project's root. */
interface Profile {
  readonly url: string;
  readonly token: string;
  /** Path of the CA to trust. */
  readonly ca?: string | undefined;
}

/**
 * Signs this process and the profile `local` in, with the token of an earlier start where it is still good. Throws a StartupError when the
 * first account no longer lets it: its password was changed, it has a second factor, or it is disabled.
 */
export async function signIn(paths: DataPaths, { url, ca }: Pick<Profile, 'url' | 'ca'>, password: string): Promise<void> {
  const known = readProfile(paths);
  const token = known !== undefined && (await isGood(url, known.token)) ? known.token : await newToken(url, password, paths);
  if (known?.url !== url || known.token !== token || known.ca !== ca) writePrivateFile(paths.profile, `${JSON.stringify({ url, token, ca })}\n`);
  configureApi({ baseUrl: url, token });
}

async function isGood(url: string, token: string): Promise<boolean> {
  configureApi({ baseUrl: url, token });
  try {
    await getSession();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}

async function newToken(url: string, password: string, paths: DataPaths): Promise<string> {
  configureApi({ baseUrl: url });
  try {
    const { token } = await createSessionToken({ username: 'admin', password, name: 'local profile' });
    return token;
  } catch (error) {
    if (!(error instanceof ApiError) || !(error.code in refusals)) throw error;
    throw new StartupError(`npx kanade here is not signed in: ${refusals[error.code] ?? error.message}.`, [
      `Sign in yourself with: npx kanade login --url ${url}`,
      `Or write the present password of admin into ${paths.adminPassword} (mode 0600), and start again.`,
    ], error);
  }
}

function readProfile(paths: DataPaths): Profile | undefined {
  if (!existsSync(paths.profile)) return undefined;
  try {
    const value: unknown = JSON.parse(readPrivateFile(paths.profile));
    return isProfile(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isProfile(value: unknown): value is Profile {
  return typeof value === 'object' && value !== null && 'url' in value && typeof value.url === 'string' && 'token' in value && typeof value.token === 'string';
}
