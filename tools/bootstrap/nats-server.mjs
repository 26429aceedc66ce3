import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheDir } from './paths.mjs';
import { capture, withProgress } from './run.mjs';
import { SetupError, say } from './say.mjs';

export const wantedVersion = '2.15.2';
const oldestUsable = [2, 15];
const name = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';

/**
 * Release archives by platform. A digest stands here only if it was read from the publisher's own container build for
 * that release (nats-io/nats-docker); 2.15.0 is the newest for which that could be done. The others build with Go.
 */
const archives = {
  version: '2.15.0',
  sha256: {
    'linux-x64': ['linux-amd64', '5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92'],
    'linux-arm64': ['linux-arm64', 'cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112'],
  },
};

/** The version a nats-server says it has, as text, or undefined if it is none. */
export const versionOf = async (path) => {
  const { code, output } = await capture(path, ['--version']);
  return code === 0 ? /v(\d+\.\d+\.\d+\S*)/.exec(output)?.[1] : undefined;
};

export const isUsable = (version) => {
  if (version === undefined) return false;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestUsable[0] || (major === oldestUsable[0] && minor >= oldestUsable[1]);
};

const chosenByHand = async () => {
  const path = process.env.KANADE_NATS_SERVER;
  if (path === undefined || path === '') return undefined;
  const version = await versionOf(path);
  if (isUsable(version)) return path;
  throw new SetupError(
    version === undefined
      ? `KANADE_NATS_SERVER is ${path}, which is not a nats-server that runs.`
      : `KANADE_NATS_SERVER is ${path}, version ${version}; ${oldestUsable.join('.')} or newer is needed.`,
    ['Point it at a newer nats-server, or unset it and kanade finds one itself.'],
  );
};

const onPath = async (tried) => {
  const places = (process.env.PATH ?? '').split(delimiter).filter((dir) => dir !== '');
  for (const path of places.map((dir) => join(dir, name)).filter((candidate) => existsSync(candidate))) {
    const version = await versionOf(path);
    if (isUsable(version)) return path;
    tried.push(`${path} is version ${version ?? 'unknown'}; ${oldestUsable.join('.')} or newer is needed`);
  }
  return undefined;
};

/** Moves a finished binary into place in one step, so that two first starts at once cannot see half of one. */
const keep = async (made, target) => {
  if (!isUsable(await versionOf(made))) return undefined;
  renameSync(made, target);
  return target;
};

const builtWithGo = async (scratch, target, tried) => {
  if ((await capture('go', ['version'])).code !== 0) {
    tried.push('Go is not installed');
    return undefined;
  }
  say(`kanade: building nats-server ${wantedVersion} with Go (about half a minute, once) …`);
  const { code, output } = await withProgress(
    capture('go', ['install', `github.com/nats-io/nats-server/v2@v${wantedVersion}`], {
      cwd: scratch,
      env: { ...process.env, GOBIN: scratch, GOFLAGS: '-buildvcs=false' },
    }),
    (seconds) => say(`kanade: still building nats-server (${seconds} s) …`),
  );
  if (code === 0) return await keep(join(scratch, name), target);
  tried.push(`go install failed: ${output.trim().split('\n').slice(-2).join(' ')}`);
  return undefined;
};

const download = async (url) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
};

const fromRelease = async (scratch, target, tried) => {
  const known = archives.sha256[`${process.platform}-${process.arch}`];
  if (known === undefined) {
    tried.push(`no release archive is pinned for ${process.platform}-${process.arch}`);
    return undefined;
  }
  const [platform, sha256] = known;
  const folder = `nats-server-v${archives.version}-${platform}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${archives.version}/${folder}.tar.gz`;
  say(`kanade: downloading nats-server ${archives.version} …`);
  try {
    const bytes = await download(url);
    const actual = createHash('sha256').update(bytes).digest('hex');
    if (actual !== sha256) {
      tried.push(`${url} has SHA-256 ${actual} instead of ${sha256}; it was thrown away`);
      return undefined;
    }
    writeFileSync(join(scratch, 'archive.tar.gz'), bytes);
  } catch (error) {
    tried.push(`the release archive could not be downloaded (${error.cause?.code ?? error.message})`);
    return undefined;
  }
  const { code, output } = await capture('tar', ['-xzf', 'archive.tar.gz'], { cwd: scratch });
  if (code === 0) return await keep(join(scratch, folder, name), target);
  tried.push(`the release archive could not be unpacked: ${output.trim()}`);
  return undefined;
};

const intoCache = async (tried) => {
  const dir = join(cacheDir(), 'nats-server', wantedVersion);
  const target = join(dir, name);
  if (existsSync(target) && isUsable(await versionOf(target))) return target;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const scratch = mkdtempSync(join(dir, 'making-'));
  try {
    return (await builtWithGo(scratch, target, tried)) ?? (await fromRelease(scratch, target, tried));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** The path of a nats-server new enough for kanade, fetched if there is none; a SetupError says what was tried. */
export const findNatsServer = async () => {
  const tried = [];
  const found = (await chosenByHand()) ?? (await onPath(tried)) ?? (await intoCache(tried));
  if (found !== undefined) return found;
  throw new SetupError(`No nats-server ${oldestUsable.join('.')} or newer could be found or fetched.`, [
    ...tried.map((reason) => `- ${reason}`),
    'Install one (https://nats.io/download) and put it on PATH, or set KANADE_NATS_SERVER to its path.',
  ]);
};
