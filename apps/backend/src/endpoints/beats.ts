import { Injectable } from '@nestjs/common';
import { presenceBeatSchema } from '@kanade/contracts';
import type { PresenceBeat } from '@kanade/contracts';
import { subscribePresence } from '@kanade/messaging';
import type { Stoppable } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { Log } from '../log.ts';
import { LiveOverlay } from '../projections/live-overlay.ts';
import { readJson } from './read-json.ts';

type BeatListener = (endpointId: string, beat: PresenceBeat) => void;

/** Presence beats as they come, in every replica. */
@Injectable()
export class Beats {
  private readonly listeners = new Set<BeatListener>();
  private subscription: Stoppable | undefined;

  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly overlay: LiveOverlay,
    private readonly log: Log,
  ) {}

  start(): void {
    this.subscription ??= subscribePresence(this.broker.get().core, (endpointId, { body }) => this.receive(endpointId, body));
  }

  stop(): void {
    this.subscription?.stop();
    this.subscription = undefined;
  }

  onBeat(listener: BeatListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private receive(endpointId: string, body: Uint8Array): void {
    // By our clock: an endpoint's own may be anything.
    this.overlay.setSeen(endpointId, this.clock.now());
    const beat = presenceBeatSchema.safeParse(readJson(body));
    if (!beat.success) {
      this.log.warn({ endpointId }, 'an endpoint beats in a form that is not understood');
      return;
    }
    for (const listener of this.listeners) listener(endpointId, beat.data);
  }
}
