/** A connection of the CORE account. */
export interface CoreConnection {
  readonly connected: boolean;
  /** The name in the credential's JWT, e.g. `backend`. */
  readonly user: string;
  /** Called after every reconnect; returns a function that stops it. */
  onReconnect(listener: () => void): () => void;
  onDisconnect(listener: () => void): () => void;
  /** Round trip to the broker, ms; throws when it is away. */
  ping(): Promise<number>;
  close(): Promise<void>;
}
export interface CoreConnectOptions {
  readonly url: string;
  readonly credsFile: string;
  /** Shown in the broker's connection list. */
  readonly name: string;
  readonly ca?: string | null;
}
