import type { StoredMessage } from './message.ts';

/** How long after its event a private part may still be on its way; later it has been erased. */
const patienceMs = 3000;

/** Events whose private part has not been folded yet, in memory: the part was stored first, but is read from another stream. */
export class AwaitedParts {
  private readonly waiting = new Map<string, { readonly position: number; readonly until: number }>();

  wait(eventId: string, message: StoredMessage): void {
    const until = message.recordedAt + patienceMs;
    if (until > Date.now()) this.waiting.set(eventId, { position: message.sequence, until });
  }

  arrived(eventId: string): void {
    this.waiting.delete(eventId);
  }

  /** Position of the first event that still waits, null when none does. */
  first(now: number): number | null {
    let first: number | null = null;
    for (const [eventId, { position, until }] of this.waiting) {
      if (until <= now) this.waiting.delete(eventId);
      else first = first === null ? position : Math.min(first, position);
    }
    return first;
  }
}
