import { streams } from '@kanade/contracts';
import { droppedKey } from '../broker/streams.ts';
import { connectCore, wireOf } from '../core/connection.ts';
import { mustCallApi, streamState } from '../wire/jetstream.ts';
import { recordAt } from '../wire/json.ts';
import type { TestBroker } from './broker.ts';

/** Has the broker forget the beginning of the record, up to a sequence; nobody may write meanwhile, and the newest event stays. */
export async function dropBeginning(broker: TestBroker, through: number): Promise<void> {
  const admin = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'dropping' });
  try {
    const nc = wireOf(admin);
    const name = `STREAM.UPDATE.${streams.events}`;
    const state = await streamState(nc, streams.events);
    if (state === undefined) throw new Error('there is no record');
    const metadata = { ...recordAt(state.config, 'metadata'), [droppedKey]: String(through) };
    await mustCallApi(nc, name, { ...state.config, metadata, discard: 'old', max_msgs: state.lastSequence - through }, 'drop the beginning');
    await mustCallApi(nc, name, { ...state.config, metadata }, 'limit the record no more');
  } finally {
    await admin.close();
  }
}
