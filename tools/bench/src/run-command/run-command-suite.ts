import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { cli, withInstallation } from '../installation/temporary-installation.ts';
import type { TemporaryInstallation } from '../installation/temporary-installation.ts';
import { median, quantile } from '../report.ts';
import type { Measurement } from '../report.ts';

/** Milliseconds from the start of a process to its end; one that does not succeed is no measurement. */
async function timed(args: readonly string[], { dataDir, env }: TemporaryInstallation): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...args], { cwd: dataDir, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const [said] = await Promise.all([text(child.stderr), once(child, 'close')]);
  const ms = performance.now() - startedAt;
  if (child.exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${child.exitCode ?? child.signalCode ?? ''}:\n${said}`);
  return ms;
}

/** `kanade run --all -- true` on one real endpoint, each time as a whole process, alternately with a Node process that does nothing. */
export async function runRunCommandSuite(args: readonly string[]): Promise<Measurement[]> {
  const { values } = parseArgs({ args: [...args], options: { warmups: { type: 'string', default: '5' }, runs: { type: 'string', default: '30' } } });
  const ours: number[] = [];
  const bare: number[] = [];
  await withInstallation(async (installation) => {
    const once = () => timed([cli, 'run', '--all', '--', 'true'], installation);
    for (let warmup = 0; warmup < Number(values.warmups); warmup += 1) await once();
    for (let run = 0; run < Number(values.runs); run += 1) {
      ours.push(await once());
      bare.push(await timed(['-e', ''], installation));
    }
  });
  return [
    { name: 'kanade run, median', unit: 'ms', median: median(ours), samples: ours },
    { name: 'kanade run, p95', unit: 'ms', median: quantile(ours, 0.95), samples: [] },
    { name: 'node -e "", median', unit: 'ms', median: median(bare), samples: [] },
  ];
}
