import { Injectable } from '@nestjs/common';
import { Broker } from '../broker/broker.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { FoldClient } from '../projections/fold-client.ts';

/** Whether this replica can answer, and if not, why not. */
@Injectable()
export class Health {
  private stopping = false;
  private started = false;

  constructor(
    private readonly broker: Broker,
    private readonly fold: FoldAccess,
    private readonly client: FoldClient,
  ) {}

  /** Says that everything that is to be started has been. */
  markStarted(): void {
    this.started = true;
  }

  /** Says that no new request should come here. */
  markStopping(): void {
    this.stopping = true;
  }

  /** Empty when ready. */
  reasons(): string[] {
    const broker = this.broker.failure();
    const { state, detail, lagEvents } = this.client.status();
    const behind = `The read model has ${lagEvents} messages to fold.`;
    return [
      ...(this.stopping ? ['The backend is stopping.'] : []),
      ...(broker === undefined ? [] : [`The message broker: ${broker}.`]),
      ...(this.fold.caughtUp() ? [] : [state === 'running' ? behind : detail]),
      ...(this.started || broker !== undefined ? [] : ['The backend is starting.']),
    ];
  }
}
