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
export function openPrivateParts({ connection, awaitedParts }: Session) {
  const insert = prepareWrite(connection, (query, parameter: Parameter<PrivatePartsTable>) =>
    query.insertInto('privateParts').values({
      sequence: parameter('sequence'), writer: parameter('writer'), eventId: parameter('eventId'), digest: parameter('digest'), bytes: parameter('bytes'),
    }));
  const find = prepareGet(connection, (query, parameter: Parameter<{ eventId: string }>) =>
    query.selectFrom('privateParts').select('sequence').where('eventId', '=', parameter('eventId')).where('writer', '=', 'control'));
  return {
    /** Whether the part of one of the backend's own events is there. */
    has: (eventId: string): boolean => find({ eventId }) !== undefined,
    fold(message: StoredMessage): Refusal | undefined {
      const [, writer, eventId] = subjectPattern.exec(message.subject) ?? [];
      if (writer === undefined || eventId === undefined) return refuse('bad-subject', `${message.subject} is no subject of a private part`);
      insert({ sequence: message.sequence, writer, eventId, digest: hash('sha256', message.body, 'hex'), bytes: message.body });
      awaitedParts.arrived(eventId);
      return undefined;
    },
  };
}
