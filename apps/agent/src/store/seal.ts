import { createHmac, timingSafeEqual } from 'node:crypto';

/** Marks records as written by this agent; the key lies in identity.json, not in the database. */
export interface Seal {
  mac(...parts: readonly (string | number | null)[]): string;
  holds(mac: string, ...parts: readonly (string | number | null)[]): boolean;
}

/** A seal by HMAC-SHA-256 under `key`; parts are JSON-framed, so that none can slide into its neighbour. */
export function createSeal(key: Uint8Array): Seal {
  const mac = (...parts: readonly (string | number | null)[]) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex');
  return {
    mac,
    holds: (given, ...parts) => {
      const expected = Buffer.from(mac(...parts));
      const actual = Buffer.from(given);
      return expected.length === actual.length && timingSafeEqual(expected, actual);
    },
  };
}
