import { formatPosition, streams } from '@kanade/contracts';
import type { PositionParts } from '@kanade/contracts';
import { continuesKey, droppedKey, incarnationKey, restoredKey, streamConfig, streamTable } from '../broker/streams.ts';
import { mustCallApi, streamState } from '../wire/jetstream.ts';
import { recordAt } from '../wire/json.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';

const stream = streams.events;

/** The history that takes the place of another one. */
export interface RemadeHistory {
  /** Its name, 8 hex digits. */
  readonly incarnation: string;
  /** The history before, and the last event of it that is kept, in the archive. */
  readonly continues: PositionParts;
  readonly maxFileBytes: number;
}

/**
 * Deletes KANADE_EVENTS, whatever is in it, and makes it anew without an event (admin credential): positions go on behind what is kept, which is in
 * the archive alone. Done again after a crash in between it comes to the same.
 */
export async function remakeEvents(admin: CoreConnection, { incarnation, continues, maxFileBytes }: RemadeHistory): Promise<void> {
  const nc = wireOf(admin);
  const spec = streamTable.find(({ config: { name } }) => name === stream);
  if (spec === undefined) return;
  const found = await streamState(nc, stream);
  const before = recordAt(found?.config ?? {}, 'metadata')[restoredKey];
  if (found !== undefined) await mustCallApi(nc, `STREAM.DELETE.${stream}`, undefined, `delete ${stream}`);
  const kept = continues.sequence;
  const metadata = {
    [incarnationKey]: incarnation,
    [continuesKey]: formatPosition(continues),
    [restoredKey]: String(typeof before === 'string' ? Math.min(Number(before), kept) : kept),
    [droppedKey]: String(kept),
  };
  const config = { ...streamConfig(spec, maxFileBytes), metadata };
  await mustCallApi(nc, `STREAM.CREATE.${stream}`, { ...config, first_seq: kept + 1 }, `make ${stream} anew`);
  // It counts when the stream is made; from then on it is a setting like those that nobody else may make.
  await mustCallApi(nc, `STREAM.UPDATE.${stream}`, config, `make ${stream} anew`);
}
