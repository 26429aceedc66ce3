import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const binDir = join(root, 'node_modules', '.bin');
/** The Node every part of kanade runs on, whatever the system has. */
export const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
export const nx = join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');

export const cacheDir = () =>
  process.env.KANADE_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kanade');

/** The environment of everything started from here: our Node first on PATH, no background services of the build tool. */
export const childEnv = (extra = {}) => ({
  ...process.env,
  PATH: [binDir, process.env.PATH ?? ''].join(delimiter),
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  NX_NO_CLOUD: 'true',
  ...extra,
});
