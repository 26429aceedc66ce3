import type { EndpointView } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Principal } from '../accounts/principal.ts';
import type { LiveOverlay } from '../projections/live-overlay.ts';
import { visibleSites } from '../projections/scoped.ts';

/** The endpoints a principal may see, with the columns of a list's row. */
export function selectEndpoints(principal: Principal) {
  const sites = visibleSites(principal);
  return build
    .selectFrom('endpoints')
    .leftJoin('chains', 'chains.endpointKey', 'endpoints.key')
    .select([
      'endpoints.key', 'endpoints.id', 'endpoints.name', 'endpoints.searchName', 'endpoints.nameSince', 'endpoints.alias', 'endpoints.standing', 'endpoints.status', 'endpoints.osFamily', 'endpoints.osName', 'endpoints.osVersion',
      'endpoints.agentVersion', 'endpoints.simulated', 'endpoints.site', 'endpoints.quarantined', 'endpoints.conflictReason', 'endpoints.heldCause',
      'endpoints.observedAt', 'chains.recordedAt as heardAt',
    ])
    .$if(sites !== undefined, (query) => query.where('endpoints.site', 'in', sites ?? []));
}

export type EndpointRow = Awaited<ReturnType<ReturnType<typeof selectEndpoints>['execute']>>[number];

/** The newest sign of life: the overlay's where this process heard one, else what was folded. */
function lastSeen(row: Pick<EndpointRow, 'id' | 'observedAt' | 'heardAt'>, overlay: LiveOverlay | null): string | null {
  const at = Math.max(overlay?.lastSeen(row.id) ?? 0, row.heardAt ?? 0, row.observedAt === null ? 0 : Date.parse(row.observedAt));
  return at === 0 ? null : new Date(at).toISOString();
}

/** `overlay` is null for a moment of the past: what is heard now is not of it. */
export function endpointView(row: EndpointRow, overlay: LiveOverlay | null): EndpointView {
  return {
    id: row.id,
    name: row.name,
    nameSince: row.nameSince,
    alias: row.alias,
    standing: row.standing,
    status: row.status,
    os: { family: row.osFamily, name: row.osName, version: row.osVersion },
    agentVersion: row.agentVersion,
    lastSeenAt: lastSeen(row, overlay),
    simulated: row.simulated === 1,
    site: row.site,
    quarantined: row.quarantined === 1,
    conflicted: row.conflictReason !== null,
    held: row.heldCause !== null,
  };
}
