import { anyEventSchema, headers as names, parseEventSubject, runFinishedSchema, runsPresumedSchema } from '@kanade/contracts';
import type { RunFinished } from '@kanade/contracts';
import { connectCore, openEventLog } from '@kanade/messaging';

/** Where the history is, and who may read it past the backend: what `runtime.json` says. */
export interface RecordAccess {
  readonly natsUrl: string;
  readonly natsAdminCreds: string;
}

/** What the history itself says, read past the backend with the administrator's credential. */
export interface Record {
  readonly lastSequence: number;
  /** Every end that was reported, by run. */
  readonly finished: ReadonlyMap<string, readonly RunFinished['data'][]>;
  /** When the backend first presumed the end of a run, Unix ms by the broker's clock. */
  readonly presumed: ReadonlyMap<string, number>;
  /** Breaks in what endpoints wrote: a second epoch, a number left out or used twice. */
  readonly breaks: readonly string[];
}

/** Reads the whole history. */
export async function readRecord({ natsUrl, natsAdminCreds }: RecordAccess): Promise<Record> {
  const core = await connectCore({ url: natsUrl, credsFile: natsAdminCreds, name: 'random kills' });
  try {
    const log = await openEventLog(core);
    const finished = new Map<string, RunFinished['data'][]>();
    const presumed = new Map<string, number>();
    const last = new Map<string, number>();
    const breaks: string[] = [];
    let lastSequence = 0;
    for await (const batch of log.read({ from: 1 })) {
      for (const { subject, sequence, headers, body, recordedAt } of batch) {
        lastSequence = sequence;
        const event: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
        const { type } = anyEventSchema.parse(event);
        if (parseEventSubject(subject)?.kind !== 'endpoint') {
          if (type !== 'kanade.execution.runs-presumed.v1') continue;
          for (const runId of runsPresumedSchema.parse(event).data.runIds) if (!presumed.has(runId)) presumed.set(runId, recordedAt);
          continue;
        }
        const [epoch, number] = [headers[names.epoch], Number(headers[names.sequence])];
        if (epoch !== '1' || number !== (last.get(subject) ?? 0) + 1) breaks.push(`${sequence}: ${subject} went on with ${epoch ?? ''}:${number}`);
        last.set(subject, number);
        if (type !== 'kanade.run.finished.v1') continue;
        const { data } = runFinishedSchema.parse(event);
        finished.set(data.runId, [...(finished.get(data.runId) ?? []), data]);
      }
    }
    return { lastSequence, finished, presumed, breaks };
  } finally {
    await core.close();
  }
}
