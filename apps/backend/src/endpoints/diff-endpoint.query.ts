import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { EndpointDetail, EndpointDiff } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { PackagesTable, Reader } from '@kanade/read-models';
import type { Principal } from '../accounts/principal.ts';
import { DomainError } from '../domain-error.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { LiveOverlay } from '../projections/live-overlay.ts';
import { endpointKeyOf } from './endpoint-key.ts';
import { getEndpoint, getEndpointSql } from './get-endpoint.query.ts';

export interface DiffEndpointParams {
  readonly endpointId: string;
  readonly from: string;
  readonly to?: string | undefined;
}

/** What changed about an endpoint between two moments. */
export class DiffEndpointQuery extends Query<EndpointDiff> {
  constructor(
    readonly principal: Principal,
    readonly params: DiffEndpointParams,
  ) {
    super();
  }
}

type Leaf = EndpointDiff['changes'][number]['before'];
type Package = Omit<PackagesTable, 'endpointKey' | 'searchName' | 'fromPosition'>;

/** What a part of a list is told apart by: its own name where it has one. */
function nameIn(part: unknown, index: number): string {
  if (typeof part !== 'object' || part === null) return String(index);
  const named = Object.entries(part).find(([key, value]) => ['name', 'mount', 'device', 'epoch'].includes(key) && value !== '');
  return String(named?.[1] ?? index);
}

/** Everything a value says, each by its path. A list of plain values is one text: its order says something. */
function leavesOf(value: unknown, path: string, into: Map<string, Leaf>): Map<string, Leaf> {
  if (Array.isArray(value)) {
    if (value.every((part) => typeof part !== 'object')) into.set(path, value.join(', '));
    else for (const [index, part] of value.entries()) leavesOf(part, `${path}[${nameIn(part, index)}]`, into);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) leavesOf(part, path === '' ? key : `${path}.${key}`, into);
  } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') into.set(path, value);
  return into;
}

/** What is compared: what the endpoint is and where it stands, without what only tells when. */
function comparable({ name, alias, standing, standingReason, status, site, agentVersion, os, shells, signingKey, quarantineReason, conflictReason, hold, epochs, inventory }: EndpointDetail): object {
  const { hardware, os: system, disks, network } = inventory;
  return {
    name, alias, standing, standingReason, status, site, agentVersion, os, shells, signingKey, quarantineReason, conflictReason, hold: hold === null ? null : { cause: hold.cause, detail: hold.detail },
    epochs: epochs.map(({ epoch, openedAt }) => ({ epoch, openedAt })), hardware, system, disks, network,
  };
}

function changesBetween(before: EndpointDetail, after: EndpointDetail): EndpointDiff['changes'] {
  const [old, now] = [leavesOf(comparable(before), '', new Map()), leavesOf(comparable(after), '', new Map())];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((field) => ({ field, before: old.get(field) ?? null, after: now.get(field) ?? null }))
    .filter(({ before: one, after: other }) => one !== other);
}

const idOf = ({ name, architecture, source }: Package): string => JSON.stringify([name, architecture, source]);

function packagesOf(db: Reader, principal: Principal, endpointId: string): Map<string, Package> {
  const query = build
    .selectFrom('packages')
    .select(['name', 'version', 'architecture', 'source'])
    .where('endpointKey', '=', endpointKeyOf(db, principal, endpointId))
    .orderBy('searchName')
    .orderBy('name')
    .orderBy('architecture')
    .orderBy('source');
  return new Map(db.all(query).map((row) => [idOf(row), row]));
}

function packagesBetween(before: ReadonlyMap<string, Package>, after: ReadonlyMap<string, Package>): EndpointDiff['packages'] {
  const updated = [...after].flatMap(([id, { version, ...same }]) => {
    const known = before.get(id);
    return known === undefined || known.version === version ? [] : [{ ...same, before: known.version, after: version }];
  });
  return {
    added: [...after].filter(([id]) => !before.has(id)).map(([, each]) => each),
    removed: [...before].filter(([id]) => !after.has(id)).map(([, each]) => each),
    updated,
  };
}

function stateOf(db: Reader, principal: Principal, endpointId: string) {
  // What is heard beside the record is of no moment.
  return db.snapshot(() => ({ detail: getEndpoint(db, new LiveOverlay(), principal, { endpointId }), packages: packagesOf(db, principal, endpointId) }));
}

export function diffEndpoint(from: Reader, to: Reader, principal: Principal, endpointId: string): EndpointDiff {
  const after = stateOf(to, principal, endpointId);
  if (from.get(getEndpointSql(principal, endpointId)) === undefined) {
    const { name, enrolledAt } = after.detail;
    throw new DomainError('not-found', `There was no endpoint ${name} to see at the earlier moment; it enrolled at ${enrolledAt}.`, { details: { id: endpointId } });
  }
  const before = stateOf(from, principal, endpointId);
  return {
    endpointId, from: before.detail.position, to: after.detail.position, changes: changesBetween(before.detail, after.detail), packages: packagesBetween(before.packages, after.packages),
  };
}

@QueryHandler(DiffEndpointQuery)
export class DiffEndpointHandler implements IQueryHandler<DiffEndpointQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params: { endpointId, from, to } }: DiffEndpointQuery): Promise<EndpointDiff> {
    const [before, after] = [await this.fold.readerFor({ at: from }), await this.fold.readerFor({ at: to })];
    return diffEndpoint(before, after, principal, endpointId);
  }
}
