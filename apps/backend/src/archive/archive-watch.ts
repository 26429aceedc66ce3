import type { ArchiveReader } from '@kanade/archive';
import type { CoreConnection, EventLog, StoredMessage } from '@kanade/messaging';
import { Waker } from '../waker.ts';
import { lostRecord } from './lost-record.ts';
import { RecordPatrol } from './record-patrol.ts';
import type { PatrolFindings } from './record-patrol.ts';

/** How often all of the stream is compared with the archive; a broker that comes back is looked at at once. */
const periodMs = 24 * 3_600_000;
const retryMs = 60_000;

/** What is known of stream and archive together. */
export interface Comparison extends PatrolFindings {
  /** Why the stream does not continue what the archive has of it. */
  readonly rewound: string | null;
  /** When the last comparison ended, Unix ms; null before the first. */
  readonly comparedAt: number | null;
  /** Why it could not be made, if so. */
  readonly trouble: string | null;
}

export interface ArchiveWatchOptions {
  readonly core: CoreConnection;
  /** The stream alone. */
  readonly log: EventLog;
  readonly reader: ArchiveReader;
  readonly restore: (blocks: readonly (readonly StoredMessage[])[]) => void;
}

/** Compares stream and archive: at the start, whenever the broker comes back, and every day. */
export class ArchiveWatch {
  private readonly options: ArchiveWatchOptions;
  known: Comparison = { missing: [], altered: [], archive: [], restored: 0, rewound: null, comparedAt: null, trouble: null };
  private readonly waker = new Waker();

  constructor(options: ArchiveWatchOptions) {
    this.options = options;
  }

  /** Says that there is reason to look. */
  wake(): void {
    this.waker.wake();
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const forget = this.options.core.onReconnect(() => this.wake());
    try {
      while (!signal.aborted) {
        this.waker.begin();
        await this.waker.rest((await this.look(signal)) ? periodMs : retryMs, signal);
      }
    } finally {
      forget();
    }
  }

  private async look(signal: AbortSignal): Promise<boolean> {
    const { log, reader, restore } = this.options;
    try {
      const archive = { get: (sequence: number) => Promise.resolve(reader.get(sequence)), last: () => Promise.resolve(reader.last()) };
      this.known = { ...this.known, rewound: (await lostRecord(log, archive)) ?? null };
      const findings = await RecordPatrol.run({ log, reader, restore }, signal);
      if (!signal.aborted) this.known = { ...this.known, ...findings, comparedAt: Date.now(), trouble: null };
      return true;
    } catch (error) {
      this.known = { ...this.known, trouble: error instanceof Error ? error.message : String(error) };
      return false;
    }
  }
}
