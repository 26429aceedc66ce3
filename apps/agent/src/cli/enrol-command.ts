import { basename } from 'node:path';
import { text as streamText } from 'node:stream/consumers';
import { dataDirAt, securePrivately } from '../data-dir/data-dir.ts';
import { lockDataDir } from '../data-dir/lock.ts';
import { enrol } from '../identity/enrol.ts';
import type { Identity } from '../identity/identity.ts';
import { simulatedMachine } from '../simulate/machines.ts';
import { thisPlatform } from '../this-host.ts';

/** The token itself, or the first line of standard input where it is given as `-`. */
export async function readToken(token: string): Promise<string> {
  if (token !== '-') return token;
  return (await streamText(process.stdin)).trim();
}

/** Makes this machine (or a simulated one) an endpoint, in a data directory that nobody else is using. */
export async function enrolInto(directory: string, token: string, simulated: boolean): Promise<Identity> {
  const dataDir = dataDirAt(directory);
  securePrivately(dataDir);
  const unlock = lockDataDir(dataDir);
  try {
    if (simulated) {
      const machine = simulatedMachine(basename(dataDir.root));
      return await enrol(dataDir, token, { hostname: machine.hostname, os: machine.os, simulated });
    }
    const platform = thisPlatform();
    return await enrol(dataDir, token, { hostname: platform.hostname(), os: platform.os(), simulated });
  } finally {
    unlock();
  }
}
