import { anyEventSchema, headers as names, parseEventSubject, runFinishedSchema } from '@kanade/contracts';
import type { RunFinished } from '@kanade/contracts';
import { connectCore, openEventLog } from '@kanade/messaging';
import type { Installation } from '../installation.ts';

/** What the history itself says, read past the backend with the administrator's credential. */
export interface Record {
  readonly lastSequence: number;
  /** Every end that was reported, by run. */
  readonly finished: ReadonlyMap<string, readonly RunFinished['data'][]>;
  /** Breaks in what endpoints wrote: a second epoch, a number left out or used twice. */
  readonly breaks: readonly string[];
}

/** Reads the whole history. */
export async function readRecord(kanade: Installation): Promise<Record> {
  const { natsUrl, natsAdminCreds } = kanade.runtime;
  const core = await connectCore({ url: natsUrl, credsFile: natsAdminCreds, name: 'random kills' });
  try {
    const log = await openEventLog(core);
    const finished = new Map<string, RunFinished['data'][]>();
    const last = new Map<string, number>();
    const breaks: string[] = [];
    let lastSequence = 0;
    for await (const batch of log.read({ from: 1 })) {
      for (const { subject, sequence, headers, body } of batch) {
        lastSequence = sequence;
        if (parseEventSubject(subject)?.kind !== 'endpoint') continue;
        const [epoch, number] = [headers[names.epoch], Number(headers[names.sequence])];
        if (epoch !== '1' || number !== (last.get(subject) ?? 0) + 1) breaks.push(`${sequence}: ${subject} went on with ${epoch ?? ''}:${number}`);
        last.set(subject, number);
        const event: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
        if (anyEventSchema.parse(event).type !== 'kanade.run.finished.v1') continue;
        const { data } = runFinishedSchema.parse(event);
        finished.set(data.runId, [...(finished.get(data.runId) ?? []), data]);
      }
    }
    return { lastSequence, finished, breaks };
  } finally {
    await core.close();
  }
}
