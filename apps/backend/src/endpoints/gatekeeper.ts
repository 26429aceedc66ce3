import { Injectable } from '@nestjs/common';
import { streams } from '@kanade/contracts';
import { pushGates } from '@kanade/messaging';
import type { Reader } from '@kanade/read-models';
import { RecordGuard } from '../archive/record-guard.ts';
import { Broker } from '../broker/broker.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { heldEndpoints } from './endpoint.reads.ts';

const periodMs = 10_000;
/** So full the record may become by what endpoints tell; what is left is the control plane's, to get out of this again. */
export const recordFullAt = 0.9;
/** So far it must be emptied or enlarged before endpoints are let through again: not at the very edge, to and fro. */
export const recordRoomAt = 0.88;

const held = (reader: Reader): string => heldEndpoints(reader).map(({ id }) => id).join(' ');

/**
 * Has the broker let through the events of those that are not held, and of nobody while the record is nearly full. What is wanted is read from
 * folded events and from the broker, again and again: a crash, a restored broker or an older account JWT change nothing for long.
 */
@Injectable()
export class Gatekeeper implements ProcessManager {
  readonly name = 'gatekeeper';
  /** Since when no endpoint's events are let through, Unix ms. */
  private closedSince: number | undefined;
  /** Who was held in the last pass. */
  private seen = '';
  private readonly loop: WorkLoop;

  constructor(
    private readonly broker: Broker,
    private readonly fold: FoldAccess,
    private readonly guard: RecordGuard,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.keep() });
  }

  async run(signal: AbortSignal): Promise<void> {
    const forget = [
      this.broker.get().system.onReconnect(() => this.loop.wake()),
      this.fold.onNotice(({ changes }) => {
        if (changes.some(({ kind }) => kind === 'endpoint')) void this.look().catch(() => this.loop.wake());
      }),
    ];
    try {
      await this.loop.run(signal);
    } finally {
      for (const stop of forget) stop();
    }
  }

  /** Endpoints change all the time, and are seldom held. */
  private async look(): Promise<void> {
    if (held(await this.fold.reader()) !== this.seen) this.loop.wake();
  }

  private async keep(): Promise<void> {
    const { system, brokerKeys } = this.broker.get();
    const reader = await this.fold.settled();
    this.seen = held(reader);
    const closed = new Set(heldEndpoints(reader).map(({ id }) => id));
    const allClosed = this.guard.reason !== undefined || (await this.isRecordFull());
    if (await pushGates(system, brokerKeys.operator, { closed, allClosed })) this.sink.info({ held: closed.size, allClosed }, 'the broker lets other events through than before');
  }

  private async isRecordFull(): Promise<boolean> {
    const record = (await this.broker.usage()).find(({ name }) => name === streams.events);
    if (record === undefined || record.maxBytes <= 0) return false;
    const full = record.bytes >= (this.closedSince === undefined ? recordFullAt : recordRoomAt) * record.maxBytes;
    if (full && this.closedSince === undefined) this.sink.error({ bytes: record.bytes, maxBytes: record.maxBytes }, 'the record is nearly full: no endpoint’s events are let through until it has room');
    if (!full && this.closedSince !== undefined) this.sink.info({}, 'the record has room again: events are let through');
    this.closedSince = full ? (this.closedSince ?? Date.now()) : undefined;
    return full;
  }
}
