import { hash } from 'node:crypto';
import { chainText, headers as names } from '@kanade/contracts';
import type { StoredMessage } from './message.ts';

/** Where an event stands in its endpoint's chain, with its own hash. */
export interface Link {
  readonly epoch: number;
  readonly sequence: number;
  readonly previous: string;
  readonly hash: string;
}

const wholeNumber = /^[1-9][0-9]{0,14}$/;
const digest = /^[0-9a-f]{64}$/;

/** Where an endpoint event says it stands in its chain, with its own hash; `undefined` when it does not say. */
export function readLink(message: Pick<StoredMessage, 'subject' | 'headers' | 'body'>): Link | undefined {
  return linkOf(message, () => hash('sha256', message.body, 'hex'));
}

/** The same of an event whose body is known by its digest alone. */
export function linkOf(message: Pick<StoredMessage, 'subject' | 'headers'>, bodyDigest: () => string): Link | undefined {
  const epoch = message.headers[names.epoch] ?? '';
  const sequence = message.headers[names.sequence] ?? '';
  const previous = message.headers[names.previous] ?? '';
  if (!wholeNumber.test(epoch) || !wholeNumber.test(sequence) || !digest.test(previous)) return undefined;
  const place = { epoch: Number(epoch), sequence: Number(sequence), previous };
  return { ...place, hash: hash('sha256', chainText({ subject: message.subject, ...place, bodyDigest: bodyDigest() }), 'hex') };
}
