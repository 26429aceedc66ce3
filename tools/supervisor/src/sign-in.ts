import { existsSync } from 'node:fs';
import { ApiError, configureApi, createToken, getSession } from '@kanade/api-client';
import { readPrivateFile, writePrivateFile } from '@kanade/messaging';
import type { DataPaths } from './paths.ts';
import { StartupError } from './startup-error.ts';

/** What `npx kanade` signs in with from the project's root. */
interface Profile {
  readonly url: string;
  readonly token: string;
  /** Path of the CA to trust. */
  readonly ca?: string | undefined;
}

/** Signs this process and the profile `local` in, with the token of an earlier start where it is still good. */
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
    const { token } = await createToken({ username: 'admin', password, name: 'local profile' });
    return token;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'sign-in-failed') throw error;
    throw new StartupError(`The command line cannot be signed in: the password in ${paths.adminPassword} is not the one admin was made with.`, [
      'Put the file back as the first start made it (mode 0600; a backup has it), and start again.',
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
