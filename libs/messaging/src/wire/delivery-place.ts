/** Where a delivered message lies, in the broker's own words. */
export interface DeliveryPlace {
  readonly sequence: number;
  /** Unix ms, rounded down. */
  readonly recordedAt: number;
  /** Its number among the deliveries of the consumer. */
  readonly consumerSequence: number;
  /** How many wait behind it. */
  readonly pending: number;
}

const prefix = Buffer.from('$JS.ACK.');
const [dot, zero] = [46, 48];
const tokenCount = 9;
/** The time is in nanoseconds: more digits than a number holds exactly, so the last ones are left out before it is one. */
const digitsBelowMs = 6;

/** The number that stands in these bytes; NaN where something else does. */
function numberIn(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return Number.NaN;
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const digit = (bytes[index] ?? 0) - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Where each token ends. */
function tokenEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let index = 0; index < bytes.length; index += 1) if (bytes[index] === dot) ends.push(index);
  ends.push(bytes.length);
  return ends;
}

/**
 * Reads where a delivery is acknowledged: `$JS.ACK.STREAM.CONSUMER.DELIVERED.SEQUENCE.CONSUMER-SEQUENCE.NANOSECONDS.PENDING`. From the bytes, for
 * it is done once for every message there is. Undefined for any other subject.
 */
export function readDeliveryPlace(subject: Uint8Array): DeliveryPlace | undefined {
  for (const [index, byte] of prefix.entries()) if (subject[index] !== byte) return undefined;
  const ends = tokenEnds(subject);
  if (ends.length !== tokenCount) return undefined;
  const token = (index: number, without = 0): number => numberIn(subject, (ends[index - 1] ?? 0) + 1, (ends[index] ?? 0) - without);
  const place = { sequence: token(5), consumerSequence: token(6), recordedAt: token(7, digitsBelowMs), pending: token(8) };
  return Object.values(place).every(Number.isSafeInteger) ? place : undefined;
}
