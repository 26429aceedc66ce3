/** A message as it lies in a stream; what `@kanade/messaging` reads has this shape. */
export interface StoredMessage {
  readonly sequence: number;
  readonly subject: string;
  /** Unix ms, the broker's clock. */
  readonly recordedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The streams that are folded, by what they hold. */
export const foldedStreams = ['events', 'output', 'private', 'metrics'] as const;
export type FoldedStream = (typeof foldedStreams)[number];
