import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import { facetSchemas, formatPosition } from '@kanade/contracts';
import type { EndpointDetail, FacetName } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { EndpointsTable, Reader } from '@kanade/read-models';
import { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { answerAt, notFound } from '../projections/answers.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { incompleteSince } from '../projections/incomplete.ts';
import { LiveOverlay } from '../projections/live-overlay.ts';
import { endpointView, selectEndpoints } from './endpoint-view.ts';

export interface GetEndpointParams {
  readonly endpointId: string;
  readonly minPosition?: string | undefined;
  readonly at?: string | undefined;
}

/** One endpoint with its inventory. */
export class GetEndpointQuery extends Query<EndpointDetail> {
  constructor(
    readonly principal: Principal,
    readonly params: GetEndpointParams,
  ) {
    super();
  }
}

const shellsSchema = z.array(z.string());

export const getEndpointSql = (principal: Principal, endpointId: string) =>
  selectEndpoints(principal)
    .select([
      'endpoints.osArchitecture', 'endpoints.enrolledAt', 'endpoints.shells', 'endpoints.signingKey', 'endpoints.standingAt', 'endpoints.standingReason',
      'endpoints.quarantineReason', 'endpoints.erasedAt', 'endpoints.heldDetail', 'endpoints.heldSince', 'endpoints.heldUntil', 'endpoints.inventoryChangedAt',
      'endpoints.packageCount',
    ])
    .where('endpoints.id', '=', endpointId);

type HoldRow = Pick<EndpointsTable, 'heldCause' | 'heldDetail' | 'heldSince' | 'heldUntil'>;

function readHold({ heldCause, heldDetail, heldSince, heldUntil }: HoldRow): EndpointDetail['hold'] {
  return heldCause === null || heldSince === null ? null : { cause: heldCause, detail: heldDetail ?? '', since: heldSince, until: heldUntil };
}

const shownEpochs = 20;

function readEpochs(db: Reader, endpointKey: number, readAt: string): EndpointDetail['epochs'] {
  const incarnation = readAt.split(':')[0] ?? '';
  const query = build.selectFrom('epochs').select(['epoch', 'position', 'recordedAt']).where('endpointKey', '=', endpointKey).orderBy('epoch', 'desc').limit(shownEpochs);
  return db.all(query).map(({ epoch, position, recordedAt }) => ({
    epoch, openedAt: new Date(recordedAt).toISOString(), position: formatPosition({ incarnation, sequence: position }),
  }));
}

function readFacets(db: Reader, endpointKey: number): Omit<EndpointDetail['inventory'], 'changedAt' | 'packageCount'> {
  const rows = db.all(build.selectFrom('facets').select(['facet', 'value']).where('endpointKey', '=', endpointKey));
  const facet = <Name extends FacetName>(name: Name): unknown => {
    const row = rows.find((candidate) => candidate.facet === name);
    return row === undefined ? null : JSON.parse(row.value);
  };
  return {
    hardware: facetSchemas.hardware.nullable().parse(facet('hardware')),
    os: facetSchemas.os.nullable().parse(facet('os')),
    disks: facetSchemas.disks.nullable().parse(facet('disks')),
    network: facetSchemas.network.nullable().parse(facet('network')),
  };
}

export function getEndpoint(db: Reader, overlay: LiveOverlay, principal: Principal, { endpointId }: GetEndpointParams): EndpointDetail {
  return answerAt(db, (position) => {
    const row = db.get(getEndpointSql(principal, endpointId));
    if (row === undefined) throw notFound('endpoint', endpointId);
    const view = endpointView(row, db.asOf === null ? overlay : null);
    return {
      ...view,
      os: { ...view.os, architecture: row.osArchitecture },
      enrolledAt: row.enrolledAt,
      shells: shellsSchema.parse(JSON.parse(row.shells)),
      signingKey: row.signingKey,
      standingAt: row.standingAt,
      standingReason: row.standingReason,
      erasedAt: row.erasedAt === null ? null : new Date(row.erasedAt).toISOString(),
      quarantineReason: row.quarantineReason,
      conflictReason: row.conflictReason,
      hold: readHold(row),
      epochs: readEpochs(db, row.key, position),
      incompleteSince: incompleteSince(db, 'endpointKey', row.key, position),
      inventory: { ...readFacets(db, row.key), changedAt: row.inventoryChangedAt, packageCount: row.packageCount },
      position,
    };
  });
}

@QueryHandler(GetEndpointQuery)
export class GetEndpointHandler implements IQueryHandler<GetEndpointQuery> {
  constructor(
    private readonly fold: FoldClient,
    private readonly overlay: LiveOverlay,
  ) {}

  async execute({ principal, params }: GetEndpointQuery): Promise<EndpointDetail> {
    return getEndpoint(await this.fold.readerFor(params), this.overlay, principal, params);
  }
}
