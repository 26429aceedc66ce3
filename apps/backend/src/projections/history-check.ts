import { streams } from '@kanade/contracts';
import { openOutputStore, streamUsage } from '@kanade/messaging';
import type { CoreConnection, EventLog } from '@kanade/messaging';
import { HistoryMismatchError, foldedStreams, messageHash } from '@kanade/read-models';
import type { Checkpoint, FoldedStream } from '@kanade/read-models';

type Checkpoints = { checkpoint(stream: FoldedStream): Checkpoint | undefined };

/**
 * Compares what was folded with what the streams hold: incarnation, end, and the very message at each checkpoint. Throws HistoryMismatchError;
 * a read model of another history must not be continued by a single event.
 */
export async function checkHistory(core: CoreConnection, log: EventLog, model: Checkpoints): Promise<void> {
  const usage = await streamUsage(core);
  for (const stream of foldedStreams) {
    const checkpoint = model.checkpoint(stream);
    if (checkpoint === undefined) continue;
    if (checkpoint.incarnation !== log.incarnation) {
      throw new HistoryMismatchError('incarnation', checkpoint.sequence, `the read model was folded from history ${checkpoint.incarnation}, this is ${log.incarnation}`);
    }
    const last = usage.find(({ name }) => name === streams[stream])?.lastSequence ?? 0;
    if (last < checkpoint.sequence) {
      throw new HistoryMismatchError('rewound', checkpoint.sequence, `${streams[stream]} ends at ${last}, but ${checkpoint.sequence} was folded`);
    }
    await checkMessage(core, log, stream, checkpoint);
  }
}

async function checkMessage(core: CoreConnection, log: EventLog, stream: FoldedStream, checkpoint: Checkpoint): Promise<void> {
  if (checkpoint.sequence === 0 || stream === 'private' || stream === 'metrics') return;
  const message = stream === 'events' ? await log.get(checkpoint.sequence) : await openOutputStore(core).get(checkpoint.sequence);
  // Output expires and is erased; events never are.
  if (message === undefined && stream === 'output') return;
  if (message === undefined) throw new HistoryMismatchError('gap', checkpoint.sequence, `event ${checkpoint.sequence} was folded and is gone from the stream`);
  if (messageHash(message) !== checkpoint.hash) {
    throw new HistoryMismatchError('altered', checkpoint.sequence, `${streams[stream]} has another message at ${checkpoint.sequence} than the one that was folded`);
  }
}
