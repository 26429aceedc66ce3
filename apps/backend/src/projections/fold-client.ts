import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { formatPosition, parsePosition } from '@kanade/contracts';
import { openReader } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import { DomainError } from '../domain-error.ts';
import type { FoldLag, FoldMessage, FoldNotice } from './fold-messages.ts';
import { ProjectionSettings } from './projection-settings.ts';
import { SupervisedWorker } from './supervised-worker.ts';

/** The longest a query waits for its `minPosition`. */
const longestWaitMs = 5000;

interface Waiter {
  readonly sequence: number;
  readonly resolve: () => void;
}

interface Place {
  readonly incarnation: string;
  readonly sequence: number;
  readonly covered: number;
}

/** How the fold is, for the status page and metrics. */
export interface FoldStatus extends FoldLag {
  readonly state: 'starting' | 'running' | 'down' | 'damaged';
  readonly detail: string;
  /** `null` before the read model is open. */
  readonly position: string | null;
}

/** The main thread's side of the fold: keeps its worker running, reads the file beside it, and waits for positions. */
@Injectable()
export class FoldClient implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('fold');
  private readonly worker: SupervisedWorker<FoldMessage>;
  private readonly published = new Subject<FoldNotice>();
  private readonly waiters = new Set<Waiter>();
  private open: Reader | undefined;
  private place: Place | undefined;
  private state: FoldStatus['state'] = 'starting';
  private detail = 'The read model is being opened.';
  private lag: FoldLag = { lagEvents: 0, lagMs: 0, poisonCount: 0, rebuilding: true };

  constructor(settings: ProjectionSettings) {
    this.worker = new SupervisedWorker({
      name: 'fold',
      module: './fold.worker',
      data: settings.worker,
      onMessage: (message) => this.receive(message),
      onCrash: (reason, restartMs) => {
        this.setState('down', `The fold has stopped: ${reason}`);
        this.logger.error(`the fold has stopped and starts again in ${restartMs} ms: ${reason}`);
      },
    });
  }

  onApplicationBootstrap(): void {
    this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  start(): void {
    this.worker.start();
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    this.close();
  }

  /** Every commit of the fold, in order. */
  get notices(): Observable<FoldNotice> {
    return this.published;
  }

  /** Up to where events are folded; `undefined` before the read model is open. */
  get position(): { readonly incarnation: string; readonly sequence: number } | undefined {
    return this.place;
  }

  status(): FoldStatus {
    return { ...this.lag, state: this.state, detail: this.detail, position: this.place === undefined ? null : formatPosition(this.place) };
  }

  /** The read model, for one synchronous read; with `minPosition` only once that is folded, with its output. Throws DomainError. */
  async reader(minPosition?: string): Promise<Reader> {
    if (minPosition !== undefined) await this.waitFor(minPosition, longestWaitMs);
    if (this.open === undefined) throw new DomainError('read-behind', 'The read model is not open yet; try again in a moment.', { retryable: true });
    return this.open;
  }

  /** The read model if it is open, for those who can do without. */
  peek(): Reader | undefined {
    return this.open;
  }

  /** Resolves once a position is folded with everything it names; throws `read-behind` after `timeoutMs` and `position-unknown` for another history. */
  async waitFor(position: string, timeoutMs: number): Promise<void> {
    const wanted = parsePosition(position);
    if (wanted === undefined) throw new DomainError('invalid-request', `${position} is not a position.`);
    if (this.place !== undefined && this.place.incarnation !== wanted.incarnation) throw positionUnknown(position, this.place);
    if (this.place !== undefined && this.place.covered >= wanted.sequence) return;
    const reached = await this.wait(wanted.sequence, timeoutMs);
    if (this.place !== undefined && this.place.incarnation !== wanted.incarnation) throw positionUnknown(position, this.place);
    if (!reached) {
      throw new DomainError('read-behind', `Position ${position} has not been folded yet; try again.`, { retryable: true, details: { position: this.status().position } });
    }
  }

  /** Ends the worker as a crash would, for tests of its restart. */
  async crash(): Promise<void> {
    await this.worker.crash();
  }

  private wait(sequence: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter = {
        sequence,
        resolve: () => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        resolve(false);
      }, timeoutMs);
      this.waiters.add(waiter);
    });
  }

  private moveTo(place: Place): void {
    this.place = place;
    for (const waiter of [...this.waiters]) if (place.covered >= waiter.sequence) waiter.resolve();
  }

  private close(): void {
    this.open?.close();
    this.open = undefined;
  }

  private setState(state: FoldStatus['state'], detail: string): void {
    this.state = state;
    this.detail = detail;
  }

  private receive(message: FoldMessage): void {
    switch (message.type) {
      case 'opened':
        this.close();
        this.open = openReader(message.file);
        // Whatever was recorded while no worker folded has yet to be folded.
        this.lag = { ...this.lag, rebuilding: true };
        this.setState('running', 'The fold is running.');
        this.moveTo(message);
        return;
      case 'committed':
        this.moveTo(message.notice);
        this.published.next(message.notice);
        return;
      case 'lag':
        this.lag = message.lag;
        return;
      case 'mismatch':
        // Nothing may be answered from a history that is not this one.
        this.close();
        this.lag = { ...this.lag, rebuilding: true };
        this.logger.error(`the read model does not fit the history and is rebuilt: ${message.reason}`);
        return;
      case 'damaged':
        this.setState('damaged', message.reason);
        this.logger.error(`the event stream is damaged: ${message.reason}`);
        return;
      case 'failed':
        this.logger.error(`the fold has failed: ${message.reason}`);
        return;
      case 'closing':
        return;
      default:
        message satisfies never;
    }
  }
}

/** The refusal of a position that another history gave. */
export const positionUnknown = (position: string, place: { readonly incarnation: string; readonly sequence: number }): DomainError =>
  new DomainError('position-unknown', `Position ${position} belongs to another history; this one is ${place.incarnation}.`, { details: { position: formatPosition(place) } });
