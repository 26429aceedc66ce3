import { randomUUID } from 'node:crypto';
import type { Command } from '@oclif/core';
import { Flags } from '@oclif/core';
import type { Profile } from '../config/profile.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatTime } from '../render/units.ts';
import { confirmed, confirmFlags } from './confirmed.ts';
import type { Confirm } from './confirmed.ts';
import { insist } from './insist.ts';
import { watchExecution } from './watch-execution.ts';
import { ExecutionWait } from './wait-for-execution.ts';
import { WaitReporter } from './wait-reporter.ts';

/** The flags of every command that starts an execution. */
export const executionFlags = {
  expires: Flags.string({ description: 'how long a run may wait for an endpoint that is away', default: '24h' }),
  detach: Flags.boolean({ description: 'do not wait: print the execution’s id and return' }),
  ...confirmFlags,
};

interface Created {
  readonly executionId: string;
  readonly targetCount: number;
  readonly position: string;
  readonly approvalUntil: string | null;
}

/**
 * Starts an execution with an idempotency key of its own, which lets it be asked for again while the backend is away without running twice,
 * then waits for it unless told not to; sets the exit code.
 */
export async function runExecution(
  command: Pick<Command, 'log'>,
  profile: Profile,
  flags: {
    readonly json?: boolean | undefined;
    readonly detach?: boolean | undefined;
    readonly code?: string | undefined;
    readonly approval?: boolean | undefined;
  },
  create: (headers: Record<string, string>, confirm: { confirm?: Confirm }) => Promise<Created>,
): Promise<void> {
  const headers = { 'Idempotency-Key': randomUUID() };
  const start = () =>
    confirmed(flags, (confirm) =>
      insist(() => create(headers, confirm === undefined ? {} : { confirm }), (line) => process.stderr.write(`kanade: ${line}\n`)),
    );
  if (flags.detach) {
    const created = await start();
    command.log(flags.json ? JSON.stringify(created, null, 2) : created.executionId);
    if (created.approvalUntil !== null) process.stderr.write(`${waitsFor(created.executionId, created.approvalUntil)}\n`);
    return;
  }
  const reporter = new WaitReporter({ quiet: flags.json ?? false });
  const wait = new ExecutionWait(profile, reporter);
  try {
    const created = await start();
    if (created.approvalUntil !== null && flags.json !== true) process.stderr.write(`${waitsFor(created.executionId, created.approvalUntil)}\n`);
    reporter.begin(created.executionId, created.targetCount);
    process.exitCode = await watchExecution(command, { wait, reporter, executionId: created.executionId, json: flags.json ?? false });
  } finally {
    wait.close();
    reporter.close();
  }
}

function waitsFor(executionId: string, until: string): string {
  return `Waiting for somebody else’s approval until ${formatTime(until)}: kanade approval approve ${executionId}`;
}

/** 0 when every run succeeded, else 1: skipped, expired, lost and cancelled count as not succeeded. */
export function exitCodeFor(states: readonly string[]): number {
  return states.length > 0 && states.every((state) => state === 'succeeded') ? exitCodes.ok : exitCodes.failed;
}
