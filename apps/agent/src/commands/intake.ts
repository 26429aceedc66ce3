import type { CancelCommand, Keyset, RunCommand, RunReason } from '@kanade/contracts';
import { headers as headerNames } from '@kanade/contracts';
import type { CommandMessage } from '@kanade/messaging';
import { timeText } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import type { BackendTime } from '../connection/backend-time.ts';
import type { Disk } from '../disk/disk.ts';
import type { Ledger, LedgerRun } from '../ledger/ledger.ts';
import type { Log } from '../log.ts';
import type { EventOutbox } from '../outbox/event-outbox.ts';
import { commandRefused, endedUnstarted, reasons, runAccepted, runFinished } from '../runs/run-facts.ts';
import type { Store } from '../store/store.ts';
import { readSignedCommand } from './read-signed-command.ts';
import type { SignedCommand } from './read-signed-command.ts';

interface Options {
  readonly endpointId: string;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly events: EventOutbox;
  readonly disk: Disk;
  /** New work is refused while less than this is free. */
  readonly minFreeBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyset: () => Keyset;
  readonly backendTime: Pick<BackendTime, 'now' | 'known'>;
  /** Resolves when the backend told its keys and time on this connection, or does not answer. */
  readonly heard: () => Promise<void>;
  /** Asks the backend for a key that is not known here; false when it did not answer. */
  readonly learnKey: (keyId: string) => Promise<boolean>;
  /** Why new work is refused just now, when another machine speaks in this endpoint's name. */
  readonly conflict: () => string | undefined;
  readonly queue: { hold(): void; release(): void; stopRun(runId: string): void };
}

type Delivery = Pick<CommandMessage, 'sequence' | 'headers' | 'body' | 'pending' | 'ack'>;

/** Takes commands off the queue: each is judged, written to the ledger in one durable transaction with its fact, then acknowledged. */
export class CommandIntake {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async onCommand(message: Delivery): Promise<void> {
    const { queue, backendTime, heard, disk, minFreeBytes } = this.#options;
    // What is behind this command may cancel or supersede it, so nothing starts before all of it was read.
    queue.hold();
    await heard();
    queue.hold();
    const signed = await this.#read(message);
    queue.hold();
    if (signed.kind === 'refused') {
      // Left in the queue, where the broker drops it when its time is really over: our clock or keys may be what is wrong.
      if (!backendTime.known) throw new Error(`not judged before the backend tells its time and keys (${signed.reason.code})`);
      this.#refuse(message, signed.reason);
    } else if (signed.command.type === 'kanade.command.run.v1') {
      const roomy = (await disk.freeBytes()) >= minFreeBytes;
      const refusal = this.#options.conflict() === undefined ? (roomy ? undefined : reasons.diskFull) : reasons.identityConflict;
      this.#takeRun(message, signed.command, refusal);
    } else {
      this.#takeCancel(message, signed.command);
    }
    message.ack();
    if (message.pending === 0) queue.release();
  }

  /** A key that is new to us may be the backend's newest: it is asked before the command is refused. */
  async #read(message: Delivery): Promise<SignedCommand> {
    const { endpointId, keyset, backendTime, learnKey } = this.#options;
    const judge = () => readSignedCommand(message, endpointId, keyset(), backendTime.now());
    const signed = judge();
    if (signed.kind !== 'refused' || signed.reason.code !== 'key-unknown') return signed;
    if (!(await learnKey(message.headers[headerNames.key] ?? ''))) throw new Error('not judged before the backend tells its keys');
    return judge();
  }

  #refuse(message: Delivery, reason: { code: string; message: string }): void {
    const { store, ledger, events, clock, log } = this.#options;
    // Nothing in an unbelievable message can serve as its id; its place in the queue tells a redelivery from a new one.
    const id = `refused-${message.sequence}-${message.headers['Kanade-Signature'] ?? ''}`.slice(0, 200);
    if (ledger.seen(id) !== undefined) return;
    log.warn({ sequence: message.sequence, reason: reason.code }, 'refused a command');
    store.transaction(() => {
      ledger.noteSeen(id, message.sequence, clock.now());
      events.append(commandRefused(message.sequence, reason));
    });
  }

  /** True when a command with this id was obeyed before; a copy put into the queue again is reported, a redelivery is not. */
  #isRepeated(message: Delivery, commandId: string): boolean {
    const before = this.#options.ledger.seen(commandId);
    if (before === undefined) return false;
    if (before !== message.sequence) {
      this.#refuse(message, { code: 'replayed', message: 'A command with the same id was obeyed before; each is obeyed once.' });
    }
    return true;
  }

  #takeRun(message: Delivery, command: RunCommand, refusal: RunReason | undefined): void {
    if (this.#isRepeated(message, command.id)) return;
    const { store, ledger, clock } = this.#options;
    store.transaction(() => {
      ledger.noteSeen(command.id, message.sequence, clock.now());
      // Asked for again under another id, or cancelled before it came.
      if (ledger.stateOf(command.runId) !== undefined) return;
      const run: LedgerRun = {
        runId: command.runId,
        executionId: command.executionId,
        state: 'accepted',
        commandSequence: message.sequence,
        supersedeKey: command.supersedeKey,
        expiresAt: Date.parse(command.expiresAt),
        command: message.body,
      };
      if (refusal) this.#endUnstarted({ ...run, state: 'refused', command: new Uint8Array() }, 'refused', refusal, true);
      else this.#accept(run);
    });
  }

  #accept(run: LedgerRun): void {
    const { ledger, events, clock } = this.#options;
    const older = run.supersedeKey === null ? [] : ledger.waitingFor(run.supersedeKey);
    for (const other of older) {
      // Redelivery reorders: what stands behind us in the queue is not older than us.
      if (other.commandSequence < run.commandSequence) this.#endUnstarted(other, 'cancelled', reasons.superseded, false);
    }
    ledger.insert(run, clock.now());
    events.append(runAccepted(run));
    const newer = older.some((other) => other.commandSequence > run.commandSequence);
    if (newer) this.#endUnstarted(run, 'cancelled', reasons.superseded, false);
  }

  #takeCancel(message: Delivery, command: CancelCommand): void {
    if (this.#isRepeated(message, command.id)) return;
    const { store, ledger, clock, queue } = this.#options;
    const running = store.transaction(() => {
      ledger.noteSeen(command.id, message.sequence, clock.now());
      const state = ledger.stateOf(command.runId);
      if (state === undefined) {
        const unseen: LedgerRun = {
          runId: command.runId,
          executionId: command.executionId,
          state: 'cancelled',
          commandSequence: message.sequence,
          supersedeKey: null,
          expiresAt: Date.parse(command.expiresAt),
          command: new Uint8Array(),
        };
        this.#endUnstarted(unseen, 'cancelled', reasons.cancelled, true);
        return false;
      }
      const waiting = ledger.waitingRun(command.runId);
      if (waiting) this.#endUnstarted(waiting, 'cancelled', reasons.cancelled, false);
      return state === 'starting' || state === 'started';
    });
    if (running) queue.stopRun(command.runId);
  }

  #endUnstarted(run: LedgerRun, state: 'cancelled' | 'refused', reason: { code: string; message: string }, unknown: boolean): void {
    const { ledger, events, clock } = this.#options;
    const now = clock.now();
    if (unknown) ledger.insert(run, now);
    else ledger.move(run, state, now);
    events.append(runFinished(run, endedUnstarted(state, reason, timeText(now))));
  }
}
