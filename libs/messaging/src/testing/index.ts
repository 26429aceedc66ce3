/** A real broker of its own for one test file. */
export interface TestBroker {
  readonly url: string;
  readonly wsUrl: string;
  readonly dataDir: string;
  readonly keysDir: string;
  readonly adminCreds: string;
  readonly backendCreds: string;
  readonly sysCreds: string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same ports and data (after kill). */
  restart(): Promise<void>;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** Starts nats-server with kanade's own configuration and streams in a temporary directory. */
export function startTestBroker(_options: { maxFileBytes?: number } = {}): Promise<TestBroker> {
  throw new Error('not built yet');
}
