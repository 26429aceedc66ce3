import type { AnyEvent } from '@kanade/messages';
import type { Writer } from '../../fold/check-event.ts';
import type { StoredMessage } from '../../fold/message.ts';
import type { Session } from '../../fold/session.ts';
import type { EventsTable } from '../../generated/tables.ts';
import { prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';
import type { ExecutionSites } from '../executions/execution-sites.ts';

function sourceColumn(subject: string, writer: Writer | undefined, endpointKey: number | undefined): string | null {
  if (writer === undefined) return subject.slice(0, 200);
  if (writer.kind === 'control') return `control/${writer.aggregate}/${writer.id}`;
  return endpointKey === undefined ? `endpoint/${writer.endpointId}` : null;
}

/** The index of the history: one row per event, folded or poisoned. */
export function openEvents({ connection, keys }: Session, sites: Pick<ExecutionSites, 'only'>) {
  const insert = prepareWrite(connection, (query, parameter: Parameter<EventsTable>) =>
    query.insertInto('events').values({
      position: parameter('position'), id: parameter('id'), typeKey: parameter('typeKey'), source: parameter('source'), endpointKey: parameter('endpointKey'),
      executionKey: parameter('executionKey'), siteKey: parameter('siteKey'), principal: parameter('principal'), recordedAt: parameter('recordedAt'), time: parameter('time'),
    }));
  const insertType = prepareWrite(connection, (query, parameter: Parameter<{ name: string }>) =>
    query.insertInto('eventTypes').values({ name: parameter('name') }));
  const findType = prepareGet(connection, (query, parameter: Parameter<{ name: string }>) =>
    query.selectFrom('eventTypes').select('key').where('name', '=', parameter('name')));
  const findControl = prepareGet(connection, (query, parameter: Parameter<{ id: string }>) =>
    query.selectFrom('events').select('position').where('source', 'is not', null).where('id', '=', parameter('id')).limit(1));
  const types = new Map<string, number>();

  const typeKey = (name: string): number => {
    const known = types.get(name) ?? findType({ name })?.key;
    if (known !== undefined) {
      types.set(name, known);
      return known;
    }
    insertType({ name });
    return typeKey(name);
  };

  return {
    typeKey,
    /** `writer` is undefined on a subject of nobody, `event` when nothing of the message could be read. */
    add(message: StoredMessage, writer: Writer | undefined, event: AnyEvent | undefined): void {
      const endpointId = writer?.kind === 'endpoint' ? writer.endpointId : writer?.aggregate === 'endpoint' ? writer.id : undefined;
      const endpointKey = endpointId === undefined ? undefined : keys.endpoint(endpointId);
      const executionKey = event?.correlationid === undefined ? undefined : keys.execution(event.correlationid);
      insert({
        position: message.sequence,
        id: event?.id ?? '',
        typeKey: typeKey(event?.type ?? ''),
        source: sourceColumn(message.subject, writer, endpointKey),
        endpointKey: endpointKey ?? null,
        executionKey: executionKey ?? null,
        siteKey: endpointKey !== undefined ? keys.siteOf(endpointKey) : executionKey !== undefined ? sites.only(executionKey) : null,
        principal: event?.principal ?? null,
        recordedAt: message.recordedAt,
        time: event?.time ?? new Date(message.recordedAt).toISOString(),
      });
    },
    /** Whether a control event with this id is in the history already. */
    hasControl: (id: string): boolean => findControl({ id }) !== undefined,
    forget(): void {
      types.clear();
    },
  };
}
