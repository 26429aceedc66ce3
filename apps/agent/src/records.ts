import type { Clock } from './clock/clock.ts';
import type { DataDir } from './data-dir/data-dir.ts';
import type { Identity } from './identity/identity.ts';
import { Ledger } from './ledger/ledger.ts';
import type { Log } from './log.ts';
import { EventOutbox } from './outbox/event-outbox.ts';
import { OutputOutbox } from './outbox/output-outbox.ts';
import { createSeal } from './store/seal.ts';
import { isDiskFull, openStore } from './store/store.ts';
import type { Store } from './store/store.ts';

/** What an agent remembers: all of it in one database, so that what belongs together is written together. */
export interface Records {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly events: EventOutbox;
  readonly output: OutputOutbox;
}

/** Output of more runs than ever go at once is spared from pruning. */
const mostActive = 1000;

/** Opens the records of an endpoint; they are believed only if sealed with this identity's key. */
export function openRecords(dataDir: DataDir, identity: Identity, clock: Clock, log: Log): Records {
  const { endpointId, simulated } = identity.stored;
  const store = openStore(dataDir.database, simulated ? { cacheKiB: 128 } : {});
  const seal = createSeal(identity.recordKey('records'));
  return {
    store,
    ledger: new Ledger(store, seal, log),
    events: new EventOutbox({ store, seal, endpointId, clock, log }),
    output: new OutputOutbox(store, clock),
  };
}

/** Forgets what has been kept long enough; a full disk only puts it off. */
export function pruneRecords({ ledger, events, output }: Records, clock: Clock, log: Log): void {
  try {
    ledger.prune(clock.now());
    events.prune();
    output.prune(ledger.active(mostActive));
  } catch (error) {
    log[isDiskFull(error) ? 'warn' : 'error']({ err: error }, 'old records could not be removed');
  }
}
