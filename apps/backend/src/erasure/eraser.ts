import { Injectable } from '@nestjs/common';
import { subjects } from '@kanade/contracts';
import { openOutputStore, openSamples } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { allErased, erasedBy } from './erasure.reads.ts';
import type { Erased } from './erasure.reads.ts';

const periodMs = 15_000;

/**
 * Erases from the streams what the history says is erased. All of it is gone through at every start: what a crash left undone is done, and
 * what an older backup brought back goes again. Afterwards the fold tells of each erasure, and of each message that came too late for one.
 */
@Injectable()
export class Eraser implements ProcessManager {
  readonly name = 'eraser';
  /** Changes of the fold to look at; undefined: everything. */
  private due: Set<string> | undefined;
  private readonly loop: WorkLoop;

  constructor(
    private readonly broker: Broker,
    private readonly fold: FoldAccess,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: (signal) => this.eraseDue(signal) });
  }

  async run(signal: AbortSignal): Promise<void> {
    this.due = undefined;
    const stop = this.fold.onNotice(({ changes }) => {
      const erasures = changes.filter(({ kind }) => kind === 'erasure');
      if (erasures.length === 0) return;
      for (const { id } of erasures) this.due?.add(id);
      this.loop.wake();
    });
    try {
      await this.loop.run(signal);
    } finally {
      stop();
    }
  }

  private async eraseDue(signal: AbortSignal): Promise<void> {
    const reader = await this.fold.settled();
    const { due } = this;
    const wanted = due === undefined ? allErased(reader) : [...due].flatMap((change) => erasedBy(reader, change) ?? []);
    // Before the work, not after it: what comes meanwhile is due again.
    this.due = new Set();
    try {
      let erased = 0;
      for (const one of wanted) {
        signal.throwIfAborted();
        erased += await this.erase(one);
      }
      if (erased > 0) this.sink.info({ messages: erased }, 'erased what was to be erased');
    } catch (error) {
      this.due = due === undefined ? undefined : new Set([...due, ...this.due]);
      throw error;
    }
  }

  /** Once more does no harm; returns how many messages were there. */
  private async erase(erased: Erased): Promise<number> {
    const { core, privateParts } = this.broker.get();
    switch (erased.kind) {
      case 'run': {
        const output = openOutputStore(core);
        return (await output.eraseRun(erased.endpointId, erased.runId, 'stdout')) + (await output.eraseRun(erased.endpointId, erased.runId, 'stderr'));
      }
      case 'part':
        return (await privateParts.erase(subjects.controlPrivate(erased.eventId))) ? 1 : 0;
      case 'endpoint':
        return (await privateParts.eraseOf(erased.endpointId, erased.until)) + (await openSamples(core).eraseOf(erased.endpointId, erased.until));
      default:
        return erased satisfies never;
    }
  }
}
