/** Bytes that may wait somewhere else: whoever has filled it waits until enough of them are gone. */
export class Room {
  private readonly limit: number;
  private taken = 0;
  private wake: (() => void) | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Resolves once there is room for more, or when the signal aborts. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    this.taken += bytes;
    if (this.taken <= this.limit || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.wake = undefined;
        resolve();
      };
      this.wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }

  give(bytes: number): void {
    this.taken -= bytes;
    if (this.taken <= this.limit) this.wake?.();
  }
}
