import { randomUUID } from 'node:crypto';
import type { Command } from '@oclif/core';
import { Flags } from '@oclif/core';
import type { Profile } from '../config/profile.ts';
import { exitCodes } from '../exit-codes.ts';
import { insist } from './insist.ts';
import { watchExecution } from './watch-execution.ts';
import { ExecutionWait } from './wait-for-execution.ts';
import { WaitReporter } from './wait-reporter.ts';

/** The flags of every command that starts an execution. */
export const executionFlags = {
  expires: Flags.string({ description: 'how long a run may wait for an endpoint that is away', default: '24h' }),
  detach: Flags.boolean({ description: 'do not wait: print the execution’s id and return' }),
};

interface Created {
  readonly executionId: string;
  readonly targetCount: number;
  readonly position: string;
}

/**
 * Starts an execution with an idempotency key of its own, which lets it be asked for again while the backend is away without running twice,
 * then waits for it unless told not to; sets the exit code.
 */
export async function runExecution(
  command: Pick<Command, 'log'>,
  profile: Profile,
  flags: { readonly json?: boolean | undefined; readonly detach?: boolean | undefined },
  create: (headers: Record<string, string>) => Promise<Created>,
): Promise<void> {
  const headers = { 'Idempotency-Key': randomUUID() };
  const start = () => insist(() => create(headers), (line) => process.stderr.write(`kanade: ${line}\n`));
  if (flags.detach) {
    const created = await start();
    command.log(flags.json ? JSON.stringify(created, null, 2) : created.executionId);
    return;
  }
  const reporter = new WaitReporter({ quiet: flags.json ?? false });
  const wait = new ExecutionWait(profile, reporter);
  try {
    const created = await start();
    reporter.begin(created.executionId, created.targetCount);
    process.exitCode = await watchExecution(command, { wait, reporter, executionId: created.executionId, json: flags.json ?? false });
  } finally {
    wait.close();
    reporter.close();
  }
}

/** 0 when every run succeeded, else 1: skipped, expired, lost and cancelled count as not succeeded. */
export function exitCodeFor(states: readonly string[]): number {
  return states.length > 0 && states.every((state) => state === 'succeeded') ? exitCodes.ok : exitCodes.failed;
}
