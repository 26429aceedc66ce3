import { hash } from 'node:crypto';
import { refuse } from '../../fold/events.ts';
import type { Refusal } from '../../fold/events.ts';
import type { StoredMessage } from '../../fold/message.ts';
import type { Session } from '../../fold/session.ts';
import type { PrivatePartsTable } from '../../generated/tables.ts';
import { prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

const subjectPattern = /^kanade\.private\.([^.]+)\.([^.]+)$/;

/** The erasable parts of events, with the digest that their events name. */
export function openPrivateParts({ connection, awaitedParts, keys, erasures }: Session) {
  const insert = prepareWrite(connection, (query, parameter: Parameter<PrivatePartsTable>) =>
    query.insertInto('privateParts').values({
      sequence: parameter('sequence'), writer: parameter('writer'), eventId: parameter('eventId'), digest: parameter('digest'), bytes: parameter('bytes'),
    }));
  const find = prepareGet(connection, (query, parameter: Parameter<{ eventId: string }>) =>
    query.selectFrom('privateParts').select('sequence').where('eventId', '=', parameter('eventId')).where('writer', '=', 'control'));
  const findErased = prepareGet(connection, (query, parameter: Parameter<{ eventId: string }>) =>
    query.selectFrom('erasedParts').select('eventId').where('eventId', '=', parameter('eventId')));
  const isErased = (writer: string, eventId: string, recordedAt: number): boolean => {
    if (writer === 'control') return findErased({ eventId }) !== undefined;
    const endpointKey = keys.endpoint(writer);
    return endpointKey !== undefined && erasures.covers(endpointKey, recordedAt);
  };
  return {
    /** Whether the part of one of the backend's own events is there. */
    has: (eventId: string): boolean => find({ eventId }) !== undefined,
    fold(message: StoredMessage): Refusal | undefined {
      const [, writer, eventId] = subjectPattern.exec(message.subject) ?? [];
      if (writer === undefined || eventId === undefined) return refuse('bad-subject', `${message.subject} is no subject of a private part`);
      awaitedParts.arrived(eventId);
      if (isErased(writer, eventId, message.recordedAt)) return undefined;
      insert({ sequence: message.sequence, writer, eventId, digest: hash('sha256', message.body, 'hex'), bytes: message.body });
      return undefined;
    },
  };
}
