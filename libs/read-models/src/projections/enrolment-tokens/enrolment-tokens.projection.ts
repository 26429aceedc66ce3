import type { EventHandlers, EventMap, Place } from '../../fold/events.ts';
import { refuse } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { EnrolmentTokensTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

type New = Omit<EnrolmentTokensTable, 'uses' | 'lastUsedAt' | 'revokedAt'>;
type Created = EventMap['kanade.enrolment.token-created.v1'] | EventMap['kanade.enrolment.token-created.v2'];

function prepareStatements({ connection }: Session) {
  return {
    add: prepareWrite(connection, (query, parameter: Parameter<New>) =>
      query.insertInto('enrolmentTokens').values({
        key: parameter('key'), tokenId: parameter('tokenId'), site: parameter('site'), approval: parameter('approval'), endpointId: parameter('endpointId'),
        maxUses: parameter('maxUses'), uses: 0, createdAt: parameter('createdAt'), createdBy: parameter('createdBy'), expiresAt: parameter('expiresAt'),
      })),
    use: prepareWrite(connection, (query, parameter: Parameter<{ tokenId: string; at: string }>) =>
      query
        .updateTable('enrolmentTokens')
        .set((row) => ({ uses: row('uses', '+', 1), lastUsedAt: parameter('at') }))
        .where('tokenId', '=', parameter('tokenId'))),
    revoke: prepareWrite(connection, (query, parameter: Parameter<{ tokenId: string; at: string }>) =>
      query.updateTable('enrolmentTokens').set({ revokedAt: parameter('at') }).where('tokenId', '=', parameter('tokenId'))),
  };
}

/** Enrolment tokens: what they allow, how often they were used, whether they were revoked. */
export function openEnrolmentTokens(session: Session, nameOf: (principal: string) => string) {
  const statements = prepareStatements(session);
  const create = (event: Created, { position }: Place): undefined => {
    const { tokenId, site, maxUses, expiresAt } = event.data;
    const { approval, endpointId } = event.type === 'kanade.enrolment.token-created.v2' ? event.data : { approval: false, endpointId: null };
    statements.add({
      key: position, tokenId, site, approval: approval ? 1 : 0, endpointId, maxUses, expiresAt, createdAt: event.time, createdBy: nameOf(event.principal ?? 'system'),
    });
  };
  const events: EventHandlers = {
    'kanade.enrolment.token-created.v1': create,
    'kanade.enrolment.token-created.v2': create,
    'kanade.enrolment.token-revoked.v1': ({ data: { tokenId }, time }) =>
      statements.revoke({ tokenId, at: time }) === 0 ? refuse('enrolment-token-unknown', `enrolment token ${tokenId} was never made`) : undefined,
  };
  return { events, used: (tokenId: string, at: string): void => void statements.use({ tokenId, at }) };
}
