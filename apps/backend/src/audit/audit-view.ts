import { formatPosition } from '@kanade/contracts';
import type { AuditEntry } from '@kanade/contracts';
import { build } from '@kanade/read-models';

/** Audit rows with the columns of an entry. */
export const selectAudit = () =>
  build
    .selectFrom('audit')
    .innerJoin('events', 'events.position', 'audit.position')
    .innerJoin('eventTypes', 'eventTypes.key', 'audit.typeKey')
    .select([
      'audit.position', 'events.recordedAt', 'events.time', 'audit.principal', 'audit.name', 'audit.remoteAddress', 'audit.interface', 'eventTypes.name as type',
      'audit.refused', 'audit.operation', 'audit.code', 'audit.count', 'audit.targetKind', 'audit.targetId', 'audit.targetName', 'audit.targetCount', 'audit.scriptDigest',
    ]);

export type AuditRow = Awaited<ReturnType<ReturnType<typeof selectAudit>['execute']>>[number];

export function auditEntry(row: AuditRow, incarnation: string): AuditEntry {
  return {
    position: formatPosition({ incarnation, sequence: row.position }),
    recordedAt: new Date(row.recordedAt).toISOString(),
    time: row.time,
    principal: row.principal,
    name: row.name,
    remoteAddress: row.remoteAddress,
    interface: row.interface,
    type: row.type,
    outcome: row.refused === 1 ? 'refused' : 'done',
    target: { kind: row.targetKind, id: row.targetId, name: row.targetName },
    targetCount: row.targetCount,
    scriptDigest: row.scriptDigest,
    operation: row.operation,
    code: row.code,
    count: row.count,
  };
}

/** The next entries after a position, oldest first; `before` is the first one that is no longer wanted. */
export const auditAfterSql = (after: number, before: number, limit: number) =>
  selectAudit().where('audit.position', '>', after).where('audit.position', '<', before).orderBy('audit.position').limit(limit);
