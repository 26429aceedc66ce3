import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, cancelExecution, configureApi, createExecution, getStatus, UnreachableError } from '@kanade/api-client';
import { z } from 'zod';
import type { Installation } from '../installation.ts';
import { until } from '../until.ts';
import type { Script, Step } from './plan.ts';

/** An execution that was asked for, and what it should come to. */
export interface Asked {
  readonly executionId: string;
  readonly script: Script;
  readonly cancelled: boolean;
}

const profileSchema = z.strictObject({ url: z.url(), token: z.string() });

/** Signs this process in as the command line is. */
export function signIn(kanade: Installation): void {
  const { url, token } = profileSchema.parse(JSON.parse(readFileSync(join(kanade.dataDir, 'profiles', 'local.json'), 'utf8')));
  configureApi({ baseUrl: url, token });
}

/** Asks again while the backend, or the broker behind it, is away; a refusal is an error at once. */
export async function persistently<Answer>(what: string, ask: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
  const answered = await until(what, async () => {
    const signal = AbortSignal.timeout(15_000);
    try {
      return { answer: await ask(signal) };
    } catch (error) {
      const passing = error instanceof UnreachableError || (error instanceof ApiError && error.status >= 500) || signal.aborted;
      if (passing) throw error;
      return { refusal: error };
    }
  }, 90_000);
  if ('answer' in answered) return answered.answer;
  throw new Error(`${what} was refused`, { cause: answered.refusal });
}

/** Starts a plan's execution however often the backend dies meanwhile: the idempotency key makes it one. */
export async function ask(step: Extract<Step, { kind: 'run' }>, realEndpoint: string): Promise<Asked> {
  const { script, everywhere, cancelAfterMs } = step;
  const headers = { 'Idempotency-Key': crypto.randomUUID() };
  const { executionId } = await persistently(`${script.mark} to be taken`, (signal) =>
    createExecution(
      {
        targets: everywhere ? { kind: 'all' } : { kind: 'endpoints', ids: [realEndpoint] },
        what: { kind: 'script', execute: { shell: 'sh', script: script.source, timeout: '60s', runAs: 'system', env: {}, arguments: [] } },
        expiresIn: '1h',
        supersede: false,
      },
      { headers, signal },
    ),
  );
  if (cancelAfterMs !== null) {
    await pause(cancelAfterMs);
    await persistently(`the cancelling of ${script.mark}`, (signal) => cancelUnlessEnded(executionId, signal));
  }
  return { executionId, script, cancelled: cancelAfterMs !== null };
}

async function cancelUnlessEnded(executionId: string, signal: AbortSignal): Promise<boolean> {
  try {
    await cancelExecution(executionId, {}, { signal });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'execution-ended') return false;
    throw error;
  }
}

/** Waits until the backend says that it is well and has folded and verified everything. */
export function untilWell() {
  return until('the status to be ok', async () => {
    const status = await getStatus({ signal: AbortSignal.timeout(15_000) });
    if (status.status !== 'ok' || status.fold.rebuilding || status.verifier.lagEvents > 0) throw new Error(JSON.stringify(status.checks));
    return status;
  }, 90_000);
}
