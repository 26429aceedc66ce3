/** A message as it lies in a stream: its sequence there, when the broker recorded it (Unix ms), its headers and exact bytes. */
export interface StoredMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly recordedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A message that is not stored: what was published on a live subject. */
export interface LiveMessageIn {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A message to publish: headers by name, exact bytes. */
export interface OutgoingMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
