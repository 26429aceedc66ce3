import { createHmac, timingSafeEqual } from 'node:crypto';
import { buckets, signingPurposes } from '@kanade/contracts';
import { MessagingError } from '../errors.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import { openKv } from './kv.ts';
import type { KvEntry } from './kv.ts';
import type { IdentityRecord, IdentityStore } from './types.ts';

const keyForm = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

function assertKey(key: string): string {
  if (!keyForm.test(key)) throw new RangeError(`${JSON.stringify(key)} is no key of a record`);
  return key;
}

/** A record is its MAC as hex, a line break, and its JSON; the key is MACed with it, so that no record stands in for another. */
const macOf = (secret: Uint8Array, key: string, json: Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`${signingPurposes.identity}\n${key}\n`).update(json).digest();

function seal(secret: Uint8Array, key: string, value: unknown): Uint8Array {
  const json = Buffer.from(JSON.stringify(value));
  return Buffer.concat([Buffer.from(`${macOf(secret, key, json).toString('hex')}\n`), json]);
}

function open(secret: Uint8Array, entry: KvEntry): IdentityRecord | undefined {
  const bytes = Buffer.from(entry.value);
  const mac = Buffer.from(bytes.subarray(0, 64).toString('latin1'), 'hex');
  const json = bytes.subarray(65);
  if (mac.length !== 32 || bytes[64] !== 10 || !timingSafeEqual(mac, macOf(secret, entry.key, json))) return undefined;
  const value: unknown = JSON.parse(json.toString());
  return { key: entry.key, value, revision: entry.revision };
}

/**
 * Opens `kanade_identity`; records are believed only when MACed with `macKey` (at least 32 bytes), which is never in the broker. `judged` hears
 * of every record that is read, and of every one that is asked for and not there, whether it is as it should be.
 */
export function openIdentityStore(core: CoreConnection, macKey: Uint8Array, judged: (key: string, isSound: boolean) => void = () => undefined): IdentityStore {
  if (macKey.length < 32) throw new MessagingError('invalid', 'the identity MAC key must have at least 32 bytes');
  const kv = openKv(wireOf(core), buckets.identity);
  return {
    get: async (key) => {
      const entry = await kv.get(assertKey(key));
      const record = entry && open(macKey, entry);
      judged(key, entry === undefined || record !== undefined);
      if (entry === undefined) return undefined;
      if (record === undefined) throw new MessagingError('tampered', `the identity record ${key} was not written by this backend`, { details: { key } });
      return record;
    },
    create: (key, value, ttlSeconds) => kv.put(assertKey(key), seal(macKey, key, value), 0, ttlSeconds),
    update: (key, value, revision, ttlSeconds) => kv.put(assertKey(key), seal(macKey, key, value), revision, ttlSeconds),
    delete: (key) => kv.delete(assertKey(key)),
    list: async (prefix) => {
      const records: IdentityRecord[] = [];
      const tampered: string[] = [];
      for (const entry of await kv.list(assertKey(prefix))) {
        const record = open(macKey, entry);
        judged(entry.key, record !== undefined);
        if (record === undefined) tampered.push(entry.key);
        else records.push(record);
      }
      return { records, tampered };
    },
  };
}
