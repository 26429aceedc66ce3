/** NATS headers kanade writes; everything that is signed or chained about a message stands here, never in its body. */
export const headers = {
  /** base64url Ed25519 signature: over the chain hash (endpoint events, head of each batch) or the signed digest (all else). */
  signature: 'Kanade-Signature',
  /** Id of the key that signed: the first 16 hex digits of SHA-256 over the raw 32-byte public key. */
  key: 'Kanade-Key',
  /** Endpoint chain: epoch, a whole number from 1; grows when a machine was cloned or reverted. */
  epoch: 'Kanade-Epoch',
  /** Endpoint chain: sequence within the epoch, a whole number from 1. */
  sequence: 'Kanade-Sequence',
  /** Endpoint chain: hex chain hash of the event before; 64 zeros for the first of an epoch. */
  previous: 'Kanade-Previous',
  /** Output chunks: hex salt of 16 bytes, the same for all chunks of one stream of a run. */
  salt: 'Kanade-Salt',
  /** Output, stored and live: byte offset of the chunk's first byte in its stream. */
  offset: 'Kanade-Offset',
} as const;

/** The `Kanade-Previous` of an epoch's first event. */
export const chainStart = '0'.repeat(64);

/** What each signature is for; part of the signed bytes, so that a signature never counts for another purpose. */
export const signingPurposes = {
  event: 'kanade.event.v1',
  control: 'kanade.control.v1',
  command: 'kanade.command.v1',
  desired: 'kanade.desired.v1',
  ask: 'kanade.ask.v1',
  keyset: 'kanade.keyset.v1',
  enrol: 'kanade.enrol.v1',
  identity: 'kanade.identity.v1',
  checkpoint: 'kanade.checkpoint.v1',
  export: 'kanade.export.v1',
  seal: 'kanade.seal.v1',
} as const;

export type SigningPurpose = keyof typeof signingPurposes;

/** The text whose SHA-256 is an endpoint event's chain hash (and what the head of a batch signs). */
export function chainText(link: {
  readonly subject: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly previous: string;
  readonly bodyDigest: string;
}): string {
  return [signingPurposes.event, link.subject, link.epoch, link.sequence, link.previous, link.bodyDigest].join('\n');
}

/** The text that is signed for everything that is not an endpoint event: purpose, subject, hex SHA-256 of the body. */
export function signedText(purpose: SigningPurpose, subject: string, bodyDigest: string): string {
  return [signingPurposes[purpose], subject, bodyDigest].join('\n');
}

/** The text a checkpoint's key signs: which history, how many events, the root over them (hex), when (RFC 3339). */
export function checkpointText(checkpoint: { readonly incarnation: string; readonly size: number; readonly root: string; readonly time: string }): string {
  return [signingPurposes.checkpoint, checkpoint.incarnation, checkpoint.size, checkpoint.root, checkpoint.time].join('\n');
}
