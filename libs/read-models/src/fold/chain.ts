import { chainStart } from '@kanade/contracts';
import { readLink } from '@kanade/proof';
import type { Link } from '@kanade/proof';
import type { ChainsTable, EpochsTable } from '../generated/tables.ts';
import { prepareGet, prepareWrite } from '../sqlite/statements.ts';
import type { Parameter as Named } from '../sqlite/statements.ts';
import { spend } from './budgets.ts';
import type { Budget } from './budgets.ts';
import { refuse } from './events.ts';
import type { Refusal } from './events.ts';
import type { StoredMessage } from './message.ts';
import type { Session } from './session.ts';

type Head = Pick<Link, 'epoch' | 'sequence' | 'hash'>;
/** The row of one endpoint: where its chain ends, and what it has stored on its newest day. */
interface Row extends Head, Budget {
  readonly recordedAt: number;
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

const noHead: Head = { epoch: 0, sequence: 0, hash: '' };

function prepareStatements({ connection }: Session) {
  return {
    find: prepareGet(connection, (query, parameter: Named<{ endpointKey: number }>) =>
      query.selectFrom('chains').select(['epoch', 'sequence', 'hash', 'recordedAt', 'day', 'events', 'bytes']).where('endpointKey', '=', parameter('endpointKey'))),
    save: prepareWrite(connection, (query, parameter: Named<ChainsTable>) =>
      query.replaceInto('chains').values({
        endpointKey: parameter('endpointKey'), epoch: parameter('epoch'), sequence: parameter('sequence'), hash: parameter('hash'), recordedAt: parameter('recordedAt'),
        day: parameter('day'), events: parameter('events'), bytes: parameter('bytes'),
      })),
    saveEpoch: prepareWrite(connection, (query, parameter: Named<EpochsTable>) =>
      query.replaceInto('epochs').values({
        endpointKey: parameter('endpointKey'), epoch: parameter('epoch'), position: parameter('position'), recordedAt: parameter('recordedAt'),
      })),
  };
}

/**
 * Follows each endpoint's chain of events, and counts in the same row what it stores. A broken link is refused once; what follows it is measured
 * against it, not against what is missing.
 */
export function openChains(session: Session) {
  const { find, save, saveEpoch } = prepareStatements(session);
  // One for each endpoint of the fleet: looking each up in the table would cost as much as writing it.
  const rows = new Map<number, Row>();

  const rowOf = (endpointKey: number): Row | undefined => rows.get(endpointKey) ?? find({ endpointKey });
  /** Moves the end of the chain and counts the message, in one write. */
  const write = (endpointKey: number, head: Head, known: Row | undefined, message: StoredMessage): void => {
    const { day, events, bytes } = spend(known, message);
    // Heard of is who could have written it: what is no event of its chain is counted only.
    const recordedAt = head === known || head === noHead ? (known?.recordedAt ?? 0) : message.recordedAt;
    const row = { epoch: head.epoch, sequence: head.sequence, hash: head.hash, recordedAt, day, events, bytes };
    rows.set(endpointKey, row);
    save({ endpointKey, ...row });
  };

  return {
    follow(endpointKey: number, message: StoredMessage): Refusal | undefined {
      const link = readLink(message);
      const known = rowOf(endpointKey);
      const refusal = link === undefined ? refuse('chain-missing', 'the event does not say where it stands in its chain') : judge(link, known);
      if (link === undefined || refusal?.code === 'chain-rewound') {
        write(endpointKey, known ?? noHead, known, message);
        return refusal;
      }
      write(endpointKey, link, known, message);
      if (link.epoch !== known?.epoch) saveEpoch({ endpointKey, epoch: link.epoch, position: message.sequence, recordedAt: message.recordedAt });
      return refusal;
    },
    /** Counts what is refused before its link is looked at: it is stored all the same. */
    count(endpointKey: number, message: StoredMessage): void {
      const known = rowOf(endpointKey);
      write(endpointKey, known ?? noHead, known, message);
    },
    /** Whoever is released begins anew, or it would be held again at once. */
    resetBudget(endpointKey: number): void {
      const known = rowOf(endpointKey);
      if (known === undefined) return;
      const row = { ...known, events: 0, bytes: 0 };
      rows.set(endpointKey, row);
      save({ endpointKey, ...row });
    },
    /** Drops everything remembered, after a rollback. */
    forget(): void {
      rows.clear();
    },
  };
}
