import { hash } from 'node:crypto';
import { chainStart, chainText, headers as names } from '@kanade/contracts';
import type { EpochsTable } from '../generated/tables.ts';
import { prepareGet, prepareWrite } from '../sqlite/statements.ts';
import type { Parameter as Named } from '../sqlite/statements.ts';
import { refuse } from './events.ts';
import type { Refusal } from './events.ts';
import type { StoredMessage } from './message.ts';
import type { Session } from './session.ts';

interface Head {
  readonly epoch: number;
  readonly sequence: number;
  readonly hash: string;
}
interface Link extends Head {
  readonly previous: string;
}

const wholeNumber = /^[1-9][0-9]{0,14}$/;
const digest = /^[0-9a-f]{64}$/;

/** Where an endpoint event says it stands in its chain, with its own hash; `undefined` when it does not say. */
export function readLink(message: StoredMessage): Link | undefined {
  const epoch = message.headers[names.epoch] ?? '';
  const sequence = message.headers[names.sequence] ?? '';
  const previous = message.headers[names.previous] ?? '';
  if (!wholeNumber.test(epoch) || !wholeNumber.test(sequence) || !digest.test(previous)) return undefined;
  const place = { epoch: Number(epoch), sequence: Number(sequence), previous };
  const bodyDigest = hash('sha256', message.body, 'hex');
  return { ...place, hash: hash('sha256', chainText({ subject: message.subject, ...place, bodyDigest }), 'hex') };
}

const opensEpoch = (link: Link, known: Head | undefined): boolean =>
  link.epoch > (known?.epoch ?? 0) && link.sequence === 1 && link.previous === chainStart;

function judge(link: Link, known: Head | undefined): Refusal | undefined {
  if (opensEpoch(link, known)) return undefined;
  if (known === undefined || link.epoch > known.epoch) {
    return refuse('chain-broken', `epoch ${link.epoch} begins with sequence ${link.sequence}; its first events are missing`);
  }
  if (link.epoch < known.epoch) return refuse('chain-rewound', `epoch ${link.epoch} was over: epoch ${known.epoch} is open`);
  if (link.sequence <= known.sequence) {
    return refuse('chain-rewound', `sequence ${link.sequence} of epoch ${link.epoch} was taken: ${known.sequence} is the newest`);
  }
  if (link.sequence !== known.sequence + 1) {
    return refuse('chain-broken', `sequence ${link.sequence} follows ${known.sequence}: ${link.sequence - known.sequence - 1} events are missing`);
  }
  return link.previous === known.hash ? undefined : refuse('chain-broken', `sequence ${link.sequence} does not continue the event before it`);
}

/** Follows each endpoint's chain of events. A broken link is refused once; what follows it is measured against it, not against what is missing. */
export function openChains({ connection }: Session) {
  const find = prepareGet(connection, (query, parameter: Named<{ endpointKey: number }>) =>
    query.selectFrom('chains').select(['epoch', 'sequence', 'hash']).where('endpointKey', '=', parameter('endpointKey')));
  const save = prepareWrite(connection, (query, parameter: Named<Head & { endpointKey: number; recordedAt: number }>) =>
    query.replaceInto('chains').values({
      endpointKey: parameter('endpointKey'), epoch: parameter('epoch'), sequence: parameter('sequence'), hash: parameter('hash'), recordedAt: parameter('recordedAt'),
    }));
  const saveEpoch = prepareWrite(connection, (query, parameter: Named<EpochsTable>) =>
    query.replaceInto('epochs').values({
      endpointKey: parameter('endpointKey'), epoch: parameter('epoch'), position: parameter('position'), recordedAt: parameter('recordedAt'),
    }));

  // One for each endpoint of the fleet: looking each up in the table would cost as much as writing it.
  const heads = new Map<number, Head>();

  return {
    follow(endpointKey: number, message: StoredMessage): Refusal | undefined {
      const link = readLink(message);
      if (link === undefined) return refuse('chain-missing', 'the event does not say where it stands in its chain');
      const known = heads.get(endpointKey) ?? find({ endpointKey });
      const refusal = judge(link, known);
      if (refusal?.code === 'chain-rewound') return refusal;
      heads.set(endpointKey, link);
      save({ endpointKey, epoch: link.epoch, sequence: link.sequence, hash: link.hash, recordedAt: message.recordedAt });
      if (link.epoch !== known?.epoch) saveEpoch({ endpointKey, epoch: link.epoch, position: message.sequence, recordedAt: message.recordedAt });
      return refusal;
    },
    /** Drops everything remembered, after a rollback. */
    forget(): void {
      heads.clear();
    },
  };
}
