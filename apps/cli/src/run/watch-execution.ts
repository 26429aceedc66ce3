import type { Command } from '@oclif/core';
import { cancelExecution } from '@kanade/api-client';
import { exitCodes } from '../exit-codes.ts';
import { Failure, messageOf } from '../failure.ts';
import { fetchResult } from './execution-result.ts';
import { askWhetherToCancel } from './interrupt.ts';
import { exitCodeFor } from './run-execution.ts';
import type { ExecutionWait } from './wait-for-execution.ts';
import type { WaitReporter } from './wait-reporter.ts';

export interface Watch {
  readonly wait: ExecutionWait;
  readonly reporter: WaitReporter;
  readonly executionId: string;
  readonly json: boolean;
}

/** Waits for the end, with Ctrl-C asking whether to cancel; prints the result with `json`; resolves to the exit code. */
export async function watchExecution(command: Pick<Command, 'log'>, { wait, reporter, executionId, json }: Watch): Promise<number> {
  const interrupt = Promise.withResolvers<never>();
  const onInterrupt = () => {
    askWhetherToCancel(executionId, () => cancelExecution(executionId, {}))
      .then((stay) => {
        if (!stay) interrupt.reject(new Failure(`Not waiting any longer; execution ${executionId} goes on.`, { exitCode: exitCodes.interrupted, code: 'interrupted' }));
      })
      .catch((error: unknown) => interrupt.reject(new Failure(`It could not be cancelled: ${messageOf(error)}`)));
  };
  process.on('SIGINT', onInterrupt);
  try {
    const runs = await Promise.race([wait.until(executionId), interrupt.promise]);
    reporter.summary(runs);
    if (json) command.log(JSON.stringify(await fetchResult(executionId), null, 2));
    return exitCodeFor(runs.map((run) => run.state));
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
