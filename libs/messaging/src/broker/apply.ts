import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { streams } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { wireOf } from '../core/connection.ts';
import type { CoreConnection } from '../core/connection.ts';
import { mustCallApi, streamState } from '../wire/jetstream.ts';
import type { StreamState } from '../wire/jetstream.ts';
import { recordAt, textAt } from '../wire/json.ts';
import type { JsonRecord } from '../wire/json.ts';
import { incarnationKey, streamConfig, streamTable } from './streams.ts';
import type { BrokerDifference } from './types.ts';

// None of these may be set on any stream: each is another way for a message to get in, out or changed.
const mustBeAbsent = ['mirror', 'sources', 'republish', 'subject_transform', 'sealed', 'first_seq', 'subject_delete_marker_ttl', 'discard_new_per_subject', 'no_ack'];

/** JetStream leaves out what is off. */
function sameSetting(wanted: unknown, found: unknown): boolean {
  return found === undefined ? wanted === false || wanted === 0 : isDeepStrictEqual(wanted, found);
}

function differencesOf(wanted: JsonRecord & { readonly name: string }, found: JsonRecord | undefined): BrokerDifference[] {
  const stream = wanted.name;
  if (found === undefined) return [{ stream, setting: 'missing', wanted: true, found: false }];
  const changed = Object.entries(wanted).filter(([setting, value]) => !sameSetting(value, found[setting]));
  const extra = mustBeAbsent.filter((setting) => found[setting] !== undefined && found[setting] !== false && found[setting] !== 0);
  const named = stream !== streams.events || /^[0-9a-f]{8}$/.test(textAt(recordAt(found, 'metadata'), incarnationKey));
  return [
    ...changed.map(([setting, value]) => ({ stream, setting, wanted: value, found: found[setting] })),
    ...extra.map((setting) => ({ stream, setting, wanted: undefined, found: found[setting] })),
    ...(named ? [] : [{ stream, setting: `metadata.${incarnationKey}`, wanted: '8 hex digits', found: recordAt(found, 'metadata')[incarnationKey] }]),
  ];
}

/** A new name for a history: 8 hex digits. */
export function newIncarnation(): string {
  return randomBytes(4).toString('hex');
}

/**
 * What is not as the table says; empty when all is well. Without `maxFileBytes` (the backend does not know it) `max_bytes` only has to
 * be set at all.
 */
export async function checkBroker(core: CoreConnection, options: { readonly maxFileBytes?: number } = {}): Promise<BrokerDifference[]> {
  const nc = wireOf(core);
  const differences: BrokerDifference[] = [];
  for (const spec of streamTable) {
    const found = (await streamState(nc, spec.config.name))?.config;
    if (options.maxFileBytes !== undefined) {
      differences.push(...differencesOf(streamConfig(spec, options.maxFileBytes), found));
      continue;
    }
    differences.push(...differencesOf(spec.config, found));
    const limit = found?.['max_bytes'];
    if (found !== undefined && (typeof limit !== 'number' || limit <= 0)) {
      differences.push({ stream: spec.config.name, setting: 'max_bytes', wanted: 'a limit', found: limit });
    }
  }
  return differences;
}

/** Brings a stream to what is wanted. One that takes in less than it should has its limits put right first: until then, what came in would push out what is there. */
async function update(nc: NatsConnection, wanted: JsonRecord & { readonly name: string }, found: JsonRecord): Promise<void> {
  const doing = `set up ${wanted.name}`;
  if (!isDeepStrictEqual(wanted['subjects'], found['subjects'])) await mustCallApi(nc, `STREAM.UPDATE.${wanted.name}`, { ...wanted, subjects: found['subjects'] }, doing);
  await mustCallApi(nc, `STREAM.UPDATE.${wanted.name}`, wanted, doing);
}

/** Has KANADE_EVENTS take in again what belongs into it, and keep it; its share of the space stays as it is. */
export async function openStream(nc: NatsConnection, { config }: StreamState): Promise<void> {
  const spec = streamTable.find(({ config: { name } }) => name === streams.events);
  if (spec !== undefined) await update(nc, { ...config, ...spec.config }, config);
}

/** Creates and updates every stream, bucket and object store (admin credential); returns what had to be changed, throws what can not be. */
export async function applyBroker(admin: CoreConnection, options: { readonly maxFileBytes: number }): Promise<BrokerDifference[]> {
  const nc = wireOf(admin);
  const changes: BrokerDifference[] = [];
  for (const spec of streamTable) {
    const wanted = streamConfig(spec, options.maxFileBytes);
    const found = (await streamState(nc, wanted.name))?.config;
    const differences = differencesOf(wanted, found);
    changes.push(...differences);
    if (differences.length === 0) continue;
    const known = recordAt(found ?? {}, 'metadata');
    const metadata = wanted.name === streams.events ? { ...known, [incarnationKey]: known[incarnationKey] ?? newIncarnation() } : known;
    if (found === undefined) await mustCallApi(nc, `STREAM.CREATE.${wanted.name}`, { ...wanted, metadata }, `set up ${wanted.name}`);
    else await update(nc, { ...wanted, metadata }, found);
  }
  return changes;
}
