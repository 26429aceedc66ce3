import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Shell } from '@kanade/messages';
import type { Sandbox } from '../sandbox.ts';
import { launchKeeper } from './keeper-process.ts';
import { sweepRuns } from './sweep.ts';

/** Where a script's commands are looked for: the system's places, whatever PATH the agent itself was started with. */
const searchPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

const executables: Readonly<Record<Shell, string | undefined>> = {
  sh: 'sh',
  bash: 'bash',
  pwsh: 'pwsh',
  powershell: undefined,
  cmd: undefined,
};

/** Scripts on Linux, each under a keeper started by `keeper` (executable and arguments). */
export function createLinuxSandbox(keeper: readonly string[]): Sandbox {
  return {
    findShell: (shell) => {
      const name = executables[shell];
      return name === undefined ? undefined : searchPath.map((folder) => join(folder, name)).find(isExecutable);
    },
    baseEnvironment,
    launch: (request) => launchKeeper(keeper, request),
    sweep: sweepRuns,
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function baseEnvironment(): Record<string, string> {
  const { username, homedir } = identity();
  return {
    PATH: searchPath.join(':'),
    HOME: homedir,
    USER: username,
    LOGNAME: username,
    SHELL: '/bin/sh',
    // Present everywhere, and UTF-8: text comes out the same whatever the machine's own language is.
    LANG: 'C.UTF-8',
    TMPDIR: tmpdir(),
  };
}

/** A service may run under a number that has no entry in the user database. */
function identity(): { username: string; homedir: string } {
  try {
    return userInfo();
  } catch {
    return { username: String(process.getuid?.() ?? ''), homedir: '/' };
  }
}
