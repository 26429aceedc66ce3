import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import { formatPosition } from '@kanade/contracts';
import type { PositionRange } from '@kanade/archive';
import type { ArchiveStatus } from '@kanade/contracts';
import type { Comparison } from './archive-watch.ts';
import { RecordGuard } from './record-guard.ts';
import { Config } from '../config/config.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { Log } from '../log.ts';
import { SupervisedWorker } from '../projections/supervised-worker.ts';
import type { ArchiverMessage, ArchiverState } from './archiver-messages.ts';

/** As many ranges are named. */
const mostNamed = 100;

const named = (ranges: readonly PositionRange[] | undefined): PositionRange[] => (ranges ?? []).slice(0, mostNamed);

/** Has a thread copy the record into the archive, in the replica that leads. */
@Injectable()
export class Archiver implements ProcessManager {
  readonly name = 'archiver';
  private state: ArchiverState | undefined;
  private comparison: Comparison | undefined;
  private crash: string | undefined;
  private leading = false;
  private lastFailure: string | null = null;

  constructor(
    private readonly config: Config,
    private readonly log: Log,
    private readonly guard: RecordGuard,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const { archiveDir: root, natsUrl, backendCreds: credsFile } = this.config;
    if (signal.aborted) return;
    if (root === undefined) {
      await once(signal, 'abort');
      return;
    }
    const worker = new SupervisedWorker<ArchiverMessage>({
      name: 'archiver',
      module: '../archive/archiver.worker',
      data: () => ({ natsUrl, credsFile, root }),
      onMessage: (message) => this.receive(message),
      onCrash: (reason, restartMs) => {
        this.crash = reason;
        this.log.error({ reason }, `the thread that archives has ended and starts again in ${restartMs} ms`);
      },
    });
    this.leading = true;
    worker.start();
    try {
      await once(signal, 'abort');
    } finally {
      await worker.stop();
      this.leading = false;
      this.state = undefined;
      this.comparison = undefined;
    }
  }

  /** How it is; undefined where nothing is archived. */
  status(): ArchiveStatus | undefined {
    const { archiveDir: directory } = this.config;
    if (directory === undefined) return undefined;
    const { comparison, leading, state } = this;
    return {
      directory,
      leading,
      position: state === undefined ? null : formatPosition({ incarnation: state.incarnation, sequence: state.position }),
      lagEvents: state === undefined ? 0 : Math.max(0, state.end - state.position),
      bytes: state?.bytes ?? 0,
      failure: this.failure(),
      lacks: named(state?.lacks),
      damage: this.damage(),
      comparedAt: comparison === undefined || comparison.comparedAt === null ? null : new Date(comparison.comparedAt).toISOString(),
    };
  }

  private failure(): string | null {
    const { trouble } = this.comparison ?? { trouble: null };
    return this.crash ?? this.state?.failure ?? (trouble === null ? null : `it cannot be compared with the broker: ${trouble}`);
  }

  private damage(): ArchiveStatus['damage'] {
    const { comparison } = this;
    return { missing: named(comparison?.missing), altered: named(comparison?.altered), archive: named(comparison?.archive), rewound: this.guard.reason ?? null };
  }

  private receive({ state, comparison }: ArchiverMessage): void {
    const before = this.comparison;
    this.state = state;
    this.comparison = comparison;
    this.crash = undefined;
    this.guard.fromArchive = comparison.rewound ?? undefined;
    this.guard.missing = comparison.missing;
    this.tellFailure(state);
    if (comparison.comparedAt !== (before?.comparedAt ?? null)) this.tellFindings(comparison);
    if (comparison.rewound !== null && comparison.rewound !== before?.rewound) this.log.error({}, comparison.rewound);
  }

  private tellFailure({ failure, position }: ArchiverState): void {
    if (failure === this.lastFailure) return;
    this.lastFailure = failure;
    if (failure === null) this.log.info({ position }, 'the record is archived again');
    else this.log.error({ reason: failure }, 'the record cannot be archived; everything else goes on');
  }

  private tellFindings({ missing, altered, archive, restored }: Comparison): void {
    if (missing.length + altered.length + archive.length > 0) {
      this.log.error({ missing: named(missing), altered: named(altered), archive: named(archive) }, 'broker and archive were compared, and events are damaged');
    }
    if (restored > 0) this.log.warn({ events: restored }, 'the archive was mended from the broker');
  }
}
