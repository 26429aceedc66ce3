import { isSubjectToken, parseEventSubject } from '@kanade/contracts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import type { Stoppable } from './types.ts';

/** After this silence the broker drops an open batch by itself, ms. */
export const batchSilenceMs = 10_000;

interface OpenBatch {
  next: number;
  seenAt: number;
}

/** Counts the batches that each endpoint has opened and neither ended nor let lapse, by the headers of what it publishes. */
export class OpenBatches {
  private readonly byEndpoint = new Map<string, Map<string, OpenBatch>>();
  private readonly limit: number;

  /** `limit`: how many of one endpoint are counted; more need no counting. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** One message of a batch; returns how many the endpoint has open with it, more than the limit at most by one. */
  see(endpointId: string, batch: { readonly id: string; readonly sequence: number; readonly commits: boolean }, now: number): number {
    const open = this.byEndpoint.get(endpointId) ?? new Map<string, OpenBatch>();
    for (const [id, { seenAt }] of open) if (now - seenAt >= batchSilenceMs) open.delete(id);
    const known = open.get(batch.id);
    // The broker drops a batch at a gap, and takes none that does not begin at its beginning.
    if (batch.commits || batch.sequence !== (known?.next ?? 1)) open.delete(batch.id);
    else if (known !== undefined) Object.assign(known, { next: known.next + 1, seenAt: now });
    else if (open.size <= this.limit) open.set(batch.id, { next: 2, seenAt: now });
    if (open.size === 0) this.byEndpoint.delete(endpointId);
    else this.byEndpoint.set(endpointId, open);
    return open.size;
  }
}

/** Calls `exceeded` with every message by which an endpoint has more than `limit` batches open. A connection of its own: a flood must not hold up others. */
export function watchOpenBatches(core: CoreConnection, limit: number, exceeded: (endpointId: string, open: number) => void): Stoppable {
  const batches = new OpenBatches(limit);
  const subscription = wireOf(core).subscribe('kanade.events.endpoint.*', {
    callback: (error, message) => {
      // Headers are read late by the client: a message that has none costs next to nothing here.
      if (error !== null || message.headers === undefined) return;
      const id = message.headers.get('Nats-Batch-Id');
      if (id === '') return;
      const writer = parseEventSubject(message.subject);
      if (writer?.kind !== 'endpoint' || !isSubjectToken(writer.endpointId)) return;
      const sequence = Number(message.headers.get('Nats-Batch-Sequence'));
      const open = batches.see(writer.endpointId, { id, sequence, commits: message.headers.has('Nats-Batch-Commit') }, Date.now());
      if (open > limit) exceeded(writer.endpointId, open);
    },
  });
  return { stop: () => subscription.unsubscribe() };
}
