import type { KanadeEvent } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { AuditTable } from '../../generated/tables.ts';
import { prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

/** How principals are called, and whose they are. */
export interface Principals {
  readonly nameOf: (principal: string) => string;
  readonly accountOf: (principal: string) => string | null;
}

type What = Pick<AuditTable, 'refused' | 'operation' | 'code' | 'count' | 'targetKind' | 'targetId' | 'targetName' | 'targetCount' | 'scriptDigest'>;

const stranger = 'stranger';

/** What an event was done to, before any name is looked up. */
function whatOf(event: KanadeEvent): What {
  const [, targetKind = '', targetId = null] = event.source.split('/');
  const done: What = { refused: 0, operation: null, code: null, count: 1, targetKind, targetId, targetName: null, targetCount: null, scriptDigest: null };
  switch (event.type) {
    case 'kanade.audit.refused.v1': {
      const { operation, code, count, target } = event.data;
      return { ...done, refused: 1, operation, code, count, targetKind: target?.kind ?? '', targetId: target?.id ?? null };
    }
    case 'kanade.account.sign-in-refused.v1':
      return { ...done, refused: 1, code: 'sign-in-failed', count: event.data.count };
    case 'kanade.execution.requested.v1': {
      const { job, targetCount, scriptDigest } = event.data;
      return { ...done, targetName: job === null ? null : `${job.id}@${job.version}`, targetCount, scriptDigest };
    }
    case 'kanade.job.applied.v1':
      return { ...done, targetName: `${event.data.jobId}@${event.data.version}`, scriptDigest: event.data.scriptDigest };
    default:
      return done;
  }
}

function openNames({ connection }: Session, { nameOf }: Principals) {
  const endpoint = prepareGet(connection, (query, parameter: Parameter<{ id: string }>) =>
    query.selectFrom('endpoints').select(['name', 'alias']).where('id', '=', parameter('id')));
  const execution = prepareGet(connection, (query, parameter: Parameter<{ id: string }>) =>
    query.selectFrom('executions').select(['jobId', 'jobVersion']).where('id', '=', parameter('id')));
  const enrolment = prepareGet(connection, (query, parameter: Parameter<{ id: string }>) =>
    query.selectFrom('enrolmentTokens').select('site').where('tokenId', '=', parameter('id')));
  const principal = (kind: string, id: string): string | null => {
    const text = `${kind}/${id}`;
    const name = nameOf(text);
    return name === text ? null : name;
  };
  return (kind: string, id: string): string | null => {
    switch (kind) {
      case 'endpoint': {
        const found = endpoint({ id });
        return found?.alias ?? found?.name ?? null;
      }
      case 'execution': {
        const found = execution({ id });
        return found === undefined || found.jobId === null ? null : `${found.jobId}@${found.jobVersion ?? ''}`;
      }
      case 'enrolment':
        return enrolment({ id })?.site ?? null;
      case 'account':
      case 'token':
        return principal(kind, id);
      default:
        return null;
    }
  };
}

/** Whose an event is to the audit, `undefined` for what nobody asked for; blocks of targets belong to the request before them. */
function principalOf(event: KanadeEvent): string | undefined {
  if (!event.source.startsWith('control/') || event.type === 'kanade.execution.targeted.v1') return undefined;
  // The backend counts, but it is a stranger who was refused.
  if (event.type === 'kanade.account.sign-in-refused.v1') return stranger;
  return event.principal === 'system' ? undefined : event.principal;
}

/** Who did what, from where, and what was refused. */
export function openAudit(session: Session, principals: Principals, typeKey: (name: string) => number) {
  const insert = prepareWrite(session.connection, (query, parameter: Parameter<AuditTable>) =>
    query.insertInto('audit').values({
      position: parameter('position'), typeKey: parameter('typeKey'), principal: parameter('principal'), account: parameter('account'), name: parameter('name'),
      remoteAddress: parameter('remoteAddress'), interface: parameter('interface'), refused: parameter('refused'), operation: parameter('operation'), code: parameter('code'),
      count: parameter('count'), targetKind: parameter('targetKind'), targetId: parameter('targetId'), targetName: parameter('targetName'),
      targetCount: parameter('targetCount'), scriptDigest: parameter('scriptDigest'), searchText: parameter('searchText'),
    }));
  const nameOfTarget = openNames(session, principals);
  return {
    /** Adds an event that was folded, if somebody is behind it. */
    add(event: KanadeEvent, position: number): void {
      const principal = principalOf(event);
      if (principal === undefined) return;
      const what = whatOf(event);
      const name = principals.nameOf(principal);
      const targetName = what.targetName ?? (what.targetId === null ? null : nameOfTarget(what.targetKind, what.targetId));
      const remoteAddress = event.remoteaddress ?? null;
      const searched = [name, principal, remoteAddress, what.operation, what.code, what.targetKind, what.targetId, targetName, event.type, what.scriptDigest];
      insert({
        position, typeKey: typeKey(event.type), principal, account: principals.accountOf(principal), name, remoteAddress, interface: event.interface ?? null,
        ...what, targetName, searchText: searched.filter((part) => part !== null).join(' ').toLowerCase(),
      });
    },
  };
}
