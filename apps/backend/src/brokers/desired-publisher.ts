import { Injectable } from '@nestjs/common';
import { openDesiredStates } from '@kanade/messaging';
import type { DesiredStates, StoredMessage } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { SignedKeysets } from '../endpoints/signed-keyset.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { connectedEndpoints, movesMark, wantedMoves } from './broker-move.reads.ts';
import type { WantedMove } from './broker-move.reads.ts';
import { readDocument, saysAlready, signDocument } from './desired-document.ts';
import { Nudger } from './nudger.ts';

const periodMs = 30_000;
const putsAtOnce = 50;

/**
 * Keeps in the broker, signed, what every endpoint shall be like. What is wanted is read from folded events and compared with what lies there:
 * what was lost, altered or signed by a key that was replaced is put there anew.
 */
@Injectable()
export class DesiredPublisher implements ProcessManager {
  readonly name = 'desired-publisher';
  private mark = '';
  private readonly loop: WorkLoop;

  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly fold: FoldAccess,
    private readonly keysets: SignedKeysets,
    private readonly nudger: Nudger,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: (signal) => this.publish(signal) });
  }

  async run(signal: AbortSignal): Promise<void> {
    const forget = this.fold.onNotice(({ changes }) => {
      if (changes.some(({ kind }) => kind === 'endpoint' || kind === 'event')) void this.look().catch(() => this.loop.wake());
    });
    try {
      await this.loop.run(signal);
    } finally {
      forget();
    }
  }

  /** Events come all the time, and seldom order a move. */
  private async look(): Promise<void> {
    if (movesMark(await this.fold.reader()) !== this.mark) this.loop.wake();
  }

  private async publish(signal: AbortSignal): Promise<void> {
    const reader = await this.fold.settled();
    // Keys that were replaced just now are known to all who are there before anything is signed with them.
    if (this.keysets.takeNews()) await this.nudger.nudge(connectedEndpoints(reader), signal);
    this.mark = movesMark(reader);
    const wanted = wantedMoves(reader);
    if (wanted.length === 0) return;
    const states = openDesiredStates(this.broker.get().core);
    const outdated = await this.outdated(states, wanted);
    for (let start = 0; start < outdated.length && !signal.aborted; start += putsAtOnce) {
      await Promise.all(outdated.slice(start, start + putsAtOnce).map((move) => states.put(move.endpointId, signDocument(this.broker.get().keys.desired, move, this.clock.now()))));
    }
    if (outdated.length > 0) this.sink.info({ endpoints: outdated.length }, 'new desired states were published');
    const told = new Set([...outdated.map(({ endpointId }) => endpointId), ...wanted.filter(({ awaited }) => awaited).map(({ endpointId }) => endpointId)]);
    await this.nudger.nudge([...told], signal);
  }

  private async outdated(states: DesiredStates, wanted: readonly WantedMove[]): Promise<WantedMove[]> {
    const { desired } = this.broker.get().keys;
    const missing = new Map(wanted.map((move) => [move.endpointId, move]));
    for await (const batch of states.list()) {
      for (const message of batch) {
        const move = missing.get(endpointOf(message));
        const document = move && readDocument(desired, move.endpointId, message);
        if (move !== undefined && document !== undefined && saysAlready(document, move)) missing.delete(move.endpointId);
      }
    }
    return [...missing.values()];
  }
}

const endpointOf = ({ subject }: StoredMessage): string => subject.split('.').at(-1) ?? '';
