import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { configureApi, listEndpoints, listEndpointPackages } from '@kanade/api-client';
import { agentPid, withInstallation } from '../installation/temporary-installation.ts';
import type { TemporaryInstallation } from '../installation/temporary-installation.ts';
import { median } from '../report.ts';
import type { Measurement } from '../report.ts';

const kibibytesPerMebibyte = 1024;

function signIn({ dataDir }: TemporaryInstallation): void {
  const profile: unknown = JSON.parse(readFileSync(join(dataDir, 'profiles', 'local.json'), 'utf8'));
  if (typeof profile !== 'object' || profile === null || !('url' in profile) || !('token' in profile)) throw new Error('the local profile has no token');
  configureApi({ baseUrl: String(profile.url), token: String(profile.token) });
}

/** Resolves when the agent has told what is installed, the largest thing it ever has in hand. */
async function untilInventory(): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    const [endpoint] = (await listEndpoints()).items;
    if (endpoint !== undefined && (await listEndpointPackages(endpoint.id, { limit: 1 })).items.length > 0) return;
    await pause(500);
  }
  throw new Error('the agent has not sent its list of packages within two minutes');
}

/** A line of /proc/<pid>/status in MiB. */
function memoryOf(pid: number, field: 'VmRSS' | 'RssAnon'): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no ${field}`);
  return Number(kibibytes) / kibibytesPerMebibyte;
}

/** What any Node costs, most of it pages of its executable that all Node processes of a machine share. */
async function memoryOfIdleNode(): Promise<number> {
  const node = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  try {
    await pause(3000);
    return memoryOf(node.pid ?? 0, 'VmRSS');
  } finally {
    node.kill();
  }
}

/** Memory of the built agent that has run a job, sent its inventory and then been idle: sampled every second of the last ten. */
export async function runAgentMemorySuite(args: readonly string[]): Promise<Measurement[]> {
  const { values } = parseArgs({ args: [...args], options: { idle: { type: 'string', default: '60' } } });
  if (process.platform !== 'linux') throw new Error('the memory of a process is read from /proc, which only Linux has');
  const resident: number[] = [];
  const anonymous: number[] = [];
  await withInstallation(async (installation) => {
    signIn(installation);
    await untilInventory();
    const pid = agentPid(installation);
    process.stderr.write(`the agent (process ${pid}) has sent its inventory; leaving it alone for ${values.idle} s …\n`);
    await pause(Math.max(0, Number(values.idle) - 10) * 1000);
    for (let sample = 0; sample < 10; sample += 1) {
      await pause(1000);
      resident.push(memoryOf(pid, 'VmRSS'));
      anonymous.push(memoryOf(pid, 'RssAnon'));
    }
  });
  const bare = await memoryOfIdleNode();
  return [
    { name: 'agent, resident (RSS)', unit: 'MiB', median: median(resident), samples: resident },
    { name: 'agent, private (anonymous)', unit: 'MiB', median: median(anonymous), samples: anonymous },
    { name: 'a Node that does nothing, resident', unit: 'MiB', median: bare, samples: [] },
  ];
}
