/** An event as it lies in the record; what `@kanade/messaging` reads has this shape. */
export interface StoredMessage {
  readonly sequence: number;
  readonly subject: string;
  /** Unix ms, the broker's clock. */
  readonly recordedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
