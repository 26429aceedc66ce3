import { check, validateCheckpoint } from '@kanade/messages';
import type { Checkpoint, Keyset } from '@kanade/messages';
import { checkpointFault, continues } from '@kanade/proof';
import type { EventOutbox } from '../outbox/event-outbox.ts';
import type { Log } from '../log.ts';
import { readJson } from '../messages.ts';
import { isDiskFull } from '../store/store.ts';
import type { Store } from '../store/store.ts';

const keptName = 'checkpoint';
const reportedName = 'checkpointConflict';

interface Options {
  readonly store: Pick<Store, 'meta' | 'setMeta' | 'transaction'>;
  readonly events: Pick<EventOutbox, 'append'>;
  readonly keyset: () => Keyset;
  readonly log: Log;
}

/** What the backend shows of the record: its newest checkpoint, and the proof that it continues the one asked about. */
export interface Shown {
  readonly checkpoint: Checkpoint;
  readonly path: readonly string[] | null;
}

/** Keeps the last checkpoint that was shown, out of the backend's reach, and tells when another does not continue it. */
export class Witness {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The checkpoint that is kept. */
  get kept(): Checkpoint | undefined {
    const checked = check(validateCheckpoint, readJson(this.#options.store.meta(keptName) ?? ''));
    return checked.ok ? checked.value : undefined;
  }

  /** Looks at what was shown; never throws for it: keys and time in the same answer count all the same. */
  look(shown: Shown): void {
    const { log, keyset } = this.#options;
    const keys = keyset().keys.filter(({ use }) => use === 'checkpoint');
    const fault = checkpointFault(shown.checkpoint, keys);
    try {
      if (fault === undefined) this.#hold(shown);
      else log.warn({ fault }, 'the backend shows a checkpoint that is not to be believed');
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      log.warn({ err: error }, 'there is no room to keep a checkpoint');
    }
  }

  #hold({ checkpoint, path }: Shown): void {
    const { store, log } = this.#options;
    const { kept } = this;
    // Restored from a backup it is another history, and says so in every position.
    if (kept !== undefined && kept.incarnation !== checkpoint.incarnation) log.warn({ kept, checkpoint }, 'the record is another history than before');
    else if (kept !== undefined && (checkpoint.size < kept.size || !continues(kept, checkpoint, path ?? []))) {
      this.#report(checkpoint.size < kept.size ? 'shorter' : 'contradicts', kept, checkpoint);
      return;
    }
    if (kept?.root !== checkpoint.root || kept.incarnation !== checkpoint.incarnation) store.setMeta(keptName, JSON.stringify(checkpoint));
  }

  /** Once for each that was kept: it stays, so that whatever is shown next is held against it, too. */
  #report(reason: 'shorter' | 'contradicts', kept: Checkpoint, shown: Checkpoint): void {
    const { store, events, log } = this.#options;
    log.error({ reason, kept, shown }, 'the record is not the one this endpoint was shown before');
    if (store.meta(reportedName) === kept.root) return;
    store.transaction(() => {
      store.setMeta(reportedName, kept.root);
      events.append({ type: 'kanade.checkpoint.conflict-reported.v1', data: { reason, kept, shown } });
    });
  }
}
