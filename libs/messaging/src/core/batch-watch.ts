import { isSubjectToken, parseEventSubject } from '@kanade/contracts';
import { readAsBroker } from '../wire/headers.ts';
import { listen } from '../wire/listen.ts';
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

/** The broker refuses longer ids. */
const longestId = 64;

/**
 * What a header block says of a batch, as the broker takes it: two ids that it tells apart are two here, whatever they look like. Undefined
 * when the broker opens, continues and ends no batch by it.
 */
export function readBatch(block: Uint8Array | undefined): { readonly id: string; readonly sequence: number; readonly commits: boolean } | undefined {
  const id = readAsBroker(block, 'Nats-Batch-Id') ?? '';
  if (id === '' || id.length > longestId) return undefined;
  const sequence = readAsBroker(block, 'Nats-Batch-Sequence') ?? '';
  if (!/^[0-9]+$/.test(sequence)) return undefined;
  // Anything in it ends the batch: what is no commit, too.
  return { id, sequence: Number(sequence), commits: readAsBroker(block, 'Nats-Batch-Commit') !== undefined };
}

/** Calls `exceeded` with every message by which an endpoint has more than `limit` batches open. A connection of its own: a flood must not hold up others. */
export function watchOpenBatches(core: CoreConnection, limit: number, exceeded: (endpointId: string, open: number) => void): Stoppable {
  const batches = new OpenBatches(limit);
  const stop = listen(wireOf(core), 'kanade.events.endpoint.*', {
    onMessage: ({ subject, block }) => {
      const batch = readBatch(block);
      if (batch === undefined) return;
      const writer = parseEventSubject(subject);
      if (writer?.kind !== 'endpoint' || !isSubjectToken(writer.endpointId)) return;
      const open = batches.see(writer.endpointId, batch, Date.now());
      if (open > limit) exceeded(writer.endpointId, open);
    },
  });
  return { stop };
}
