import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { formatPosition, parsePosition } from '@kanade/contracts';
import { deleteOtherReadModels, findReadModels, readModelFile, reserveReadModel } from '@kanade/read-models';
import type { ReadModelFile, Reader } from '@kanade/read-models';
import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import { DomainError } from '../domain-error.ts';
import type { FoldLag, FoldMessage, FoldNotice } from './fold-messages.ts';
import { FoldRunner } from './fold-runner.ts';
import type { FoldRunnerOwner, Place } from './fold-runner.ts';
import { OpenModel, positionUnknown, refuseFuture } from './past.ts';
import { ProjectionSettings } from './projection-settings.ts';
import { Rebuild } from './rebuild.ts';
import type { RebuildOwner, RebuildProgress } from './rebuild.ts';
import { ReplacedModels } from './replaced-models.ts';

/** The longest a query waits for its `minPosition`. */
const longestWaitMs = 5000;

interface Waiter {
  readonly sequence: number;
  readonly resolve: () => void;
}

/** What a query asks of the state it is answered from. */
export interface ReadOptions {
  /** It has everything up to here, with its output. */
  readonly minPosition?: string | undefined;
  /** A position or a time (RFC 3339): it has nothing that was recorded later. */
  readonly at?: string | undefined;
}

/** How the fold is, for the status page and metrics. */
export interface FoldStatus extends FoldLag {
  readonly state: 'starting' | 'running' | 'down' | 'damaged';
  readonly detail: string;
  /** `null` before the read model is open. */
  readonly position: string | null;
  /** Why nothing may be recorded: the stream has lost what was folded. Undefined while it has not. */
  readonly lost: string | undefined;
  /** Which read model answers. */
  readonly file: ReadModelFile;
  /** The one that is built beside it; null when there is none. */
  readonly rebuild: RebuildProgress | null;
}

/**
 * The main thread's side of the fold: keeps its worker running, reads the file beside it, and waits for positions. A read model that other code
 * filled is replaced by one that is built beside it.
 */
@Injectable()
export class FoldClient implements OnApplicationBootstrap, OnApplicationShutdown, FoldRunnerOwner, RebuildOwner {
  private readonly logger = new Logger('fold');
  private readonly settings: ProjectionSettings;
  private readonly published = new Subject<FoldNotice>();
  private readonly swapped = new Subject<Place>();
  private readonly waiters = new Set<Waiter>();
  private readonly replaced: ReplacedModels;
  private serving: FoldRunner;
  private rebuild: Rebuild | undefined;
  private open: OpenModel | undefined;
  private nextNumber: number;
  private othersGone = false;
  private state: FoldStatus['state'] = 'starting';
  private detail = 'The read model is being opened.';
  private lost: string | undefined;
  private lag: FoldLag = { lagEvents: 0, lagMs: 0, poisonCount: 0, rebuilding: true };

  constructor(settings: ProjectionSettings) {
    this.settings = settings;
    this.replaced = new ReplacedModels(settings.replacedForMs);
    const { directory, kept } = settings.worker;
    const { serving, building, nextNumber } = findReadModels(directory, kept);
    const file = serving ?? readModelFile(directory, kept, nextNumber);
    this.nextNumber = nextNumber + (serving === undefined ? 1 : 0);
    this.serving = new FoldRunner({ settings: settings.worker, file, serves: true }, this);
    if (building !== undefined) this.rebuild = new Rebuild(settings.worker, building, this);
    else if (file.code !== readModelFile(directory, kept).code) this.makeRebuild();
  }

  onApplicationBootstrap(): void {
    this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  start(): void {
    this.serving.start();
    this.rebuild?.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.rebuild?.stop(), this.serving.stop()]);
    this.close();
    await this.replaced.close();
  }

  /** Builds the read model anew beside the one that serves; goes on with what is being built already. */
  startRebuild(): void {
    if (this.rebuild !== undefined) return;
    this.makeRebuild().start();
  }

  /** Every commit of the fold, in order. */
  get notices(): Observable<FoldNotice> {
    return this.published;
  }

  /** Another read model answers from here on: whatever was read before may be told differently now. */
  get swaps(): Observable<Place> {
    return this.swapped;
  }

  get place(): Place | undefined {
    return this.serving.place;
  }

  /** Up to where events are folded; `undefined` before the read model is open. */
  get position(): { readonly incarnation: string; readonly sequence: number } | undefined {
    return this.place;
  }

  status(): FoldStatus {
    const position = this.place === undefined ? null : formatPosition(this.place);
    return { ...this.lag, state: this.state, detail: this.detail, lost: this.lost, position, file: this.serving.file, rebuild: this.rebuild?.progress() ?? null };
  }

  /** The read model, for one synchronous read; with `minPosition` only once that is folded, with its output. Throws DomainError. */
  async reader(minPosition?: string): Promise<Reader> {
    if (minPosition !== undefined) await this.waitFor(minPosition, longestWaitMs);
    if (this.open === undefined) throw notOpen();
    return this.open.present;
  }

  /** The read model as a query wants it, for one synchronous read. Throws DomainError. */
  async readerFor({ minPosition, at }: ReadOptions): Promise<Reader> {
    if (at === undefined) return this.reader(minPosition);
    refuseFuture(at, Date.now());
    if (parsePosition(at) !== undefined) await this.waitFor(at, longestWaitMs);
    await this.reader(minPosition);
    const { open } = this;
    if (open === undefined) throw notOpen();
    return open.present.snapshot((place) => open.at(at, place));
  }

  /** The read model if it is open, for those who can do without. */
  peek(): Reader | undefined {
    return this.open?.present;
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

  /** Ends its threads as a crash would, for tests of their restart. */
  async crash(): Promise<void> {
    await Promise.all([this.serving.crash(), this.rebuild?.runner.crash()]);
  }

  onCrash(_runner: FoldRunner, reason: string, restartMs: number): void {
    this.setState('down', `The fold has stopped: ${reason}`);
    this.logger.error(`the fold has stopped and starts again in ${restartMs} ms: ${reason}`);
  }

  finishServing(): Promise<void> {
    return this.serving.finish();
  }

  resumeServing(): void {
    const { serving } = this;
    // Its thread may still be on its way out.
    void serving.stop().then(() => {
      if (serving === this.serving) serving.start();
    });
  }

  swap(runner: FoldRunner): void {
    const { serving, open } = this;
    this.open = new OpenModel(runner.file.path);
    this.serving = runner;
    this.rebuild = undefined;
    runner.adopt(this);
    runner.serve();
    this.replaced.add(serving, open);
    this.logger.log(`read model ${runner.file.number} answers now, and ${serving.file.number} no more`);
    this.moved();
    if (runner.place !== undefined) this.swapped.next(runner.place);
  }

  warn(text: string): void {
    this.logger.warn(text);
  }

  private makeRebuild(): Rebuild {
    const { directory, kept } = this.settings.worker;
    const file = readModelFile(directory, kept, this.nextNumber);
    this.nextNumber += 1;
    reserveReadModel(file);
    this.rebuild = new Rebuild(this.settings.worker, file, this);
    this.logger.log(`read model ${file.number} is built beside ${this.serving.file.number}`);
    return this.rebuild;
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

  private moved(): void {
    const { place } = this;
    if (place === undefined) return;
    for (const waiter of [...this.waiters]) if (place.covered >= waiter.sequence) waiter.resolve();
    this.rebuild?.limit();
  }

  /** Once all is folded, what other versions left behind is of no use to anybody. */
  private removeOthers(): void {
    if (this.othersGone) return;
    this.othersGone = true;
    const kept = [this.serving.file.path, ...(this.rebuild === undefined ? [] : [this.rebuild.runner.file.path]), ...this.replaced.paths];
    deleteOtherReadModels(this.settings.worker.directory, kept);
  }

  private close(): void {
    this.open?.close();
    this.open = undefined;
  }

  private setState(state: FoldStatus['state'], detail: string): void {
    this.state = state;
    this.detail = detail;
  }

  onMessage(runner: FoldRunner, message: FoldMessage): void {
    // The one before says nothing that counts once another serves.
    if (runner !== this.serving) return;
    switch (message.type) {
      case 'opened':
        this.close();
        this.open = new OpenModel(runner.file.path);
        // Whatever was recorded while no worker folded has yet to be folded.
        this.lag = { ...this.lag, rebuilding: true };
        this.setState('running', 'The fold is running.');
        this.moved();
        return;
      case 'committed':
        this.moved();
        // In the history that is caught up with, it was asked for long ago.
        if (!this.lag.rebuilding && message.notice.changes.some(({ kind }) => kind === 'rebuild')) this.startRebuild();
        this.published.next(message.notice);
        return;
      case 'lag':
        // It folds: what is stored continues what was folded.
        this.lost = undefined;
        this.lag = message.lag;
        if (!message.lag.rebuilding) this.removeOthers();
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
      case 'lost':
        if (message.reason !== this.lost) this.logger.error(`the record is not what was folded: ${message.reason}`);
        this.lost = message.reason;
        this.setState('damaged', message.reason);
        return;
      case 'failed':
        this.logger.error(`the fold has failed: ${message.reason}`);
        return;
      case 'repaired':
        this.logger.log(`the stream does not have events ${message.first} to ${message.last}; they were read from the archive`);
        return;
      case 'closing':
      case 'reached':
        return;
      default:
        message satisfies never;
    }
  }
}

const notOpen = (): DomainError => new DomainError('read-behind', 'The read model is not open yet; try again in a moment.', { retryable: true });
