import { Injectable } from '@nestjs/common';

/** When each endpoint was last heard of, in memory only: fed by presence beats, laid over folded rows, gone with the process. */
@Injectable()
export class LiveOverlay {
  private readonly seen = new Map<string, number>();

  /** Notes a sign of life; `at` is Unix ms. */
  setSeen(endpointId: string, at: number): void {
    const known = this.seen.get(endpointId);
    if (known === undefined || known < at) this.seen.set(endpointId, at);
  }

  /** Unix ms of the last sign of life, `undefined` when there was none since this process started. */
  lastSeen(endpointId: string): number | undefined {
    return this.seen.get(endpointId);
  }
}
