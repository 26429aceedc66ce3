/** Turns folded state into acts; runs in one replica at a time, and only while its read model is up to date. */
export abstract class ProcessManager {
  abstract readonly name: string;
  /** Works until the signal aborts. */
  abstract run(signal: AbortSignal): Promise<void>;
}
