import { ApiError } from '@kanade/api-client';
import type { CreateExecutionRequest } from '@kanade/api-client';
import { Flags } from '@oclif/core';
import { askHidden } from '../prompt.ts';

export type Confirm = NonNullable<CreateExecutionRequest['confirm']>;

/** What vouches for an execution over many endpoints. */
export const confirmFlags = {
  code: Flags.string({ description: 'for many endpoints: a code of the second factor, or a recovery code; asked for when it is needed', exclusive: ['approval'] }),
  approval: Flags.boolean({ description: 'wait until somebody else has approved it' }),
};

function givenBy({ code, approval }: { readonly code?: string | undefined; readonly approval?: boolean | undefined }): Confirm | undefined {
  if (approval === true) return { kind: 'approval' };
  return code === undefined ? undefined : { kind: 'code', code };
}

/** Asks for an execution; where it turns out to take more, and there is a terminal to ask on, once more with that. */
export async function confirmed<Result>(
  flags: { readonly code?: string | undefined; readonly approval?: boolean | undefined },
  start: (confirm: Confirm | undefined) => Promise<Result>,
  ask: ((question: string) => Promise<string>) | undefined = process.stdin.isTTY ? askHidden : undefined,
): Promise<Result> {
  const given = givenBy(flags);
  try {
    return await start(given);
  } catch (error) {
    if (ask === undefined || given !== undefined || !(error instanceof ApiError) || error.code !== 'confirmation-required') throw error;
    process.stderr.write(`kanade: ${error.message.replace(/:[^:]*$/, '.')}\n`);
    const code = (await ask('Code of the second factor (none: ask for an approval): ')).trim();
    return start(code === '' ? { kind: 'approval' } : { kind: 'code', code });
  }
}
