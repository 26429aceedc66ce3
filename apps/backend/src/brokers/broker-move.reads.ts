import { brokerUrlsSchema } from '@kanade/contracts';
import type { BrokerMoveState, DesiredState } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';

/** Every endpoint that is let in, with the newest move that concerns it and how far it is with that. */
export function selectMoves() {
  return build
    .selectFrom('endpoints')
    .innerJoin('brokerMoves', (join) =>
      join.on('brokerMoves.position', '=', (eb) =>
        eb
          .selectFrom('brokerMoves as newest')
          .select(({ fn }) => fn.max('newest.position').as('position'))
          .where((where) => where.or([where('newest.endpointKey', 'is', null), where('newest.endpointKey', '=', where.ref('endpoints.key'))]))))
    .leftJoin('desiredAnswers', 'desiredAnswers.endpointKey', 'endpoints.key')
    .select([
      'endpoints.key', 'endpoints.id', 'endpoints.name', 'endpoints.status', 'brokerMoves.version', 'brokerMoves.urls', 'brokerMoves.ca', 'brokerMoves.keepOld', 'brokerMoves.orderedAt',
      'brokerMoves.orderedBy', 'desiredAnswers.reason', 'desiredAnswers.saidAt',
    ])
    .select((eb) =>
      eb
        .case()
        .when('desiredAnswers.appliedVersion', '>=', eb.ref('brokerMoves.version'))
        .then<BrokerMoveState>('moved')
        .when(eb.or([eb('desiredAnswers.position', 'is', null), eb('desiredAnswers.position', '<', eb.ref('brokerMoves.position'))]))
        .then<BrokerMoveState>('not-heard')
        .when('desiredAnswers.answer', '=', 'refused')
        .then<BrokerMoveState>('refused')
        .else<BrokerMoveState>('trying')
        .end()
        .as('state'))
    .where('endpoints.standing', '=', 'active');
}

export type MoveRow = Awaited<ReturnType<ReturnType<typeof selectMoves>['execute']>>[number];

export function urlsOf({ urls }: Pick<MoveRow, 'urls'>): string[] {
  return brokerUrlsSchema.parse(JSON.parse(urls));
}

/** Where an endpoint is to reach the broker; its desired state has `version` at least. */
export interface WantedMove {
  readonly endpointId: string;
  readonly version: number;
  readonly broker: NonNullable<DesiredState['broker']>;
  /** Connected, and not there yet. */
  readonly awaited: boolean;
}

export function wantedMoves(reader: Reader): WantedMove[] {
  return reader.all(selectMoves().orderBy('endpoints.key')).map((row) => ({
    endpointId: row.id,
    version: row.version,
    broker: { urls: urlsOf(row), ca: row.ca, keepOld: row.keepOld === 1 },
    awaited: row.status === 'online' && row.state !== 'moved',
  }));
}

/** Tells whether there is anything new to want: the newest move, and the newest endpoint. */
export function movesMark(reader: Reader): string {
  const newest = reader.get(build.selectFrom('brokerMoves').select('position').orderBy('position', 'desc').limit(1))?.position;
  if (newest === undefined) return '';
  const endpoint = reader.get(build.selectFrom('endpoints').select(({ fn }) => fn.max('key').as('key')))?.key ?? 0;
  return `${newest} ${endpoint}`;
}

export function connectedEndpoints(reader: Reader): string[] {
  return reader.all(build.selectFrom('endpoints').select('id').where('standing', '=', 'active').where('status', '=', 'online').orderBy('key')).map(({ id }) => id);
}
