import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import { parseEventSubject, parsePosition } from '@kanade/contracts';
import type { eventDetailSchema } from '@kanade/contracts';
import type { StoredMessage } from '@kanade/messaging';
import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { notFound, notKept } from '../projections/answers.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { RawEvents } from '../projections/raw-events.ts';
import { VerifierClient } from '../projections/verifier-client.ts';
import { extentOf } from '../executions/execution-scope.ts';
import { visibleSiteKeys } from '../projections/scoped.ts';
import { eventView, selectEvents } from './event-view.ts';
import type { EventRow } from './event-view.ts';

export interface GetEventParams {
  readonly position: string;
}
export type GetEventResult = z.infer<typeof eventDetailSchema>;
type Verdict = GetEventResult['signature'];

/** One event whole, as the stream keeps it. */
export class GetEventQuery extends Query<GetEventResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetEventParams,
  ) {
    super();
  }
}

/** The backend's own events were verified before they were folded; an endpoint's are by the verifier, a little later. */
function verdictOf(db: Reader, message: StoredMessage, verifier: Pick<VerifierClient, 'verdict'>): Verdict {
  if (parseEventSubject(message.subject)?.kind === 'endpoint') return verifier.verdict(message.sequence);
  const poison = db.get(build.selectFrom('poison').select('code').where('stream', '=', 'KANADE_EVENTS').where('sequence', '=', message.sequence));
  return poison?.code === 'bad-signature' ? 'invalid' : 'valid';
}

function mayRead(db: Reader, principal: Principal, { siteKey, executionKey }: Pick<EventRow, 'siteKey' | 'executionKey'>): boolean {
  const sites = visibleSiteKeys(db, principal);
  if (sites === undefined || (siteKey !== null && sites.includes(siteKey))) return true;
  return executionKey !== null && extentOf(db, sites, executionKey) === 'whole';
}

export function getEvent(db: Reader, principal: Principal, message: StoredMessage, verifier: Pick<VerifierClient, 'verdict'>): GetEventResult {
  return db.snapshot(({ incarnation }) => {
    const row = db.get(selectEvents().leftJoin('endpoints', 'endpoints.key', 'events.endpointKey').select('endpoints.erasedPosition').where('events.position', '=', message.sequence));
    if (row === undefined || !mayRead(db, principal, row)) throw notKept(db, 'events', 'event', `${incarnation}:${message.sequence}`);
    // The record cannot forget it; nobody need be shown it.
    const erased = row.erasedPosition !== null && message.sequence < row.erasedPosition;
    return {
      ...eventView(row, incarnation),
      subject: message.subject,
      headers: { ...message.headers },
      body: erased ? '' : Buffer.from(message.body).toString(),
      erased,
      signature: verdictOf(db, message, verifier),
    };
  });
}

@QueryHandler(GetEventQuery)
export class GetEventHandler implements IQueryHandler<GetEventQuery> {
  constructor(
    private readonly fold: FoldClient,
    private readonly raw: RawEvents,
    private readonly verifier: VerifierClient,
  ) {}

  async execute({ principal, params: { position } }: GetEventQuery): Promise<GetEventResult> {
    const sequence = parsePosition(position)?.sequence ?? 0;
    const message = sequence === 0 ? undefined : await this.raw.get(sequence);
    if (message === undefined) throw notFound('event', position);
    return getEvent(await this.fold.reader(position), principal, message, this.verifier);
  }
}
