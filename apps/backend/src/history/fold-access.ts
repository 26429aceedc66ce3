import { formatPosition } from '@kanade/contracts';
import { Injectable } from '@nestjs/common';
import { Broker } from '../broker/broker.ts';
import { DomainError } from '../domain-error.ts';
import type { Reader } from '@kanade/read-models';
import { FoldClient } from '../projections/fold-client.ts';
import type { FoldNotice } from '../projections/fold-messages.ts';
import type { Place } from '../projections/fold-runner.ts';

const pollMs = 50;

/** What the write side needs of the fold. */
@Injectable()
export class FoldAccess {
  constructor(
    private readonly broker: Broker,
    private readonly fold: FoldClient,
  ) {}

  /** The read model as it is, or once a position is in it; throws read-behind before it is open, or when that takes too long. */
  reader(minPosition?: string): Promise<Reader> {
    return this.fold.reader(minPosition);
  }

  /** The read model for those who act on it: throws read-behind while it is behind the record, for what it lacks would be done twice. */
  async settled(): Promise<Reader> {
    if (!this.caughtUp()) throw new DomainError('read-behind', 'the read model is behind the record', { retryable: true });
    return this.fold.reader();
  }

  /** The read model with all that was in the record when this was called, for a decision that nothing takes back; throws read-behind when that takes too long. */
  async current(): Promise<Reader> {
    const { events } = this.broker.get();
    return this.fold.reader(formatPosition({ incarnation: events.incarnation, sequence: await events.lastSequence() }));
  }

  /** True once everything that was in the record has been folded, and as long as that is so. */
  caughtUp(): boolean {
    const { state, rebuilding } = this.fold.status();
    return state === 'running' && !rebuilding;
  }

  /** Resolves when the fold has caught up, or the signal aborts. */
  async whenCaughtUp(signal: AbortSignal): Promise<void> {
    while (!this.caughtUp() && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, pollMs));
  }

  /** Told of every commit, as soon as it can be read; returns a function that ends it. */
  onNotice(listener: (notice: FoldNotice) => void): () => void {
    const subscription = this.fold.notices.subscribe(listener);
    return () => subscription.unsubscribe();
  }

  /** Told whenever another read model answers; returns a function that ends it. */
  onSwap(listener: (place: Place) => void): () => void {
    const subscription = this.fold.swaps.subscribe(listener);
    return () => subscription.unsubscribe();
  }
}
