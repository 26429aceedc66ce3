import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { NetworkInterface } from '@kanade/messages';
import { readNames, readNumber, readText } from './text-files.ts';

const temporaryAddress = 0x01;
const interfaceUp = 0x1;

/** Interfaces that are hardware or carry an address; without loopback, and without the pairs containers come and go with. */
export async function readNetwork(): Promise<NetworkInterface[]> {
  const folder = '/sys/class/net';
  const names = (await readNames(folder)).filter((name) => name !== 'lo');
  const ipv6 = ipv6Addresses(await readText('/proc/net/if_inet6'));
  const ipv4 = networkInterfaces();
  const all = await Promise.all(
    names.map(async (name) => {
      const addresses = { ipv4: ipv4Of(ipv4[name]), ipv6: ipv6.get(name) ?? [] };
      const hardware = (await readNames(join(folder, name, 'device'))).length > 0;
      return hardware || addresses.ipv4.length > 0 ? [{ name, ...addresses, ...(await readState(join(folder, name))) }] : [];
    }),
  );
  return all.flat();
}

function ipv4Of(addresses: ReturnType<typeof networkInterfaces>[string]): string[] {
  return (addresses ?? []).filter(({ family }) => family === 'IPv4').map(({ address }) => address).sort();
}

/** Without temporary ones: privacy addresses change daily and say nothing of the machine. */
export function ipv6Addresses(table: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of table.split('\n')) {
    const [digits, , , , flags, name] = line.trim().split(/\s+/);
    if (digits?.length !== 32 || flags === undefined || name === undefined) continue;
    if ((parseInt(flags, 16) & temporaryAddress) !== 0) continue;
    const groups = digits.match(/.{4}/g) ?? [];
    // The URL parser writes addresses in their one canonical form.
    const address = new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
    found.set(name, [...(found.get(name) ?? []), address].sort());
  }
  return found;
}

async function readState(folder: string): Promise<Pick<NetworkInterface, 'mac' | 'up' | 'speedMbps'>> {
  const [mac, state, flags, speed] = await Promise.all([
    readText(join(folder, 'address')),
    readText(join(folder, 'operstate')),
    readNumber(join(folder, 'flags')),
    readNumber(join(folder, 'speed')),
  ]);
  // Some drivers never tell their state; then being switched on has to do.
  const up = state === 'up' || (state === 'unknown' && ((flags ?? 0) & interfaceUp) !== 0);
  return { mac, up, speedMbps: speed !== null && speed > 0 ? speed : null };
}
