import { Injectable } from '@nestjs/common';
import { streams } from '@kanade/contracts';
import { Broker } from '../broker/broker.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { acceptedCommandsToDelete } from '../projections/process-reads.ts';

const periodMs = 60_000;
const page = 1000;

/** Takes commands out of the queue once their run is past waiting, so that the queue holds what is still to be done. */
@Injectable()
export class CommandCleaner implements ProcessManager {
  readonly name = 'command cleaner';
  private due: number[] = [];
  private swept = false;
  private readonly loop: WorkLoop;

  constructor(
    private readonly broker: Broker,
    private readonly fold: FoldAccess,
    log: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log, work: (signal) => this.clean(signal) });
  }

  async run(signal: AbortSignal): Promise<void> {
    this.due = [];
    this.swept = false;
    const stop = this.fold.onNotice(({ incarnation, runs }) => {
      for (const { state, commandSequence, commandIncarnation } of runs) {
        // Before a restore this sequence was another command.
        if (state !== 'queued' && commandSequence !== null && commandIncarnation === incarnation) this.due.push(commandSequence);
      }
      if (this.due.length > 0) this.loop.wake();
    });
    try {
      await this.loop.run(signal);
    } finally {
      stop();
    }
  }

  private async clean(signal: AbortSignal): Promise<void> {
    if (!this.swept) await this.sweep(signal);
    this.swept = true;
    const due = this.due;
    this.due = [];
    try {
      await this.broker.get().commands.delete(due);
    } catch (error) {
      this.due.push(...due);
      throw error;
    }
  }

  /** What was accepted while nobody cleaned. */
  private async sweep(signal: AbortSignal): Promise<void> {
    const { events, commands } = this.broker.get();
    for (let from = await this.firstKept(); !signal.aborted; ) {
      const rows = acceptedCommandsToDelete(await this.fold.settled(), events.incarnation, from, page);
      await commands.delete(rows.map(({ commandSequence }) => commandSequence));
      const last = rows.at(-1);
      if (last === undefined || rows.length < page) return;
      from = last.commandSequence + 1;
    }
  }

  private async firstKept(): Promise<number> {
    const usage = await this.broker.usage();
    return usage.find(({ name }) => name === streams.commands)?.firstSequence ?? 1;
  }
}
