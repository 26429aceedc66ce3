import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { performanceQuerySchema, performanceSchema } from '@kanade/contracts';
import { build, parsePerformanceSample } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { endpointKeyOf } from './endpoint-key.ts';

export type GetPerformanceParams = z.infer<typeof performanceQuerySchema> & { readonly endpointId: string };
export type GetPerformanceResult = z.infer<typeof performanceSchema>;

/** Performance samples of one endpoint, oldest first. */
export class GetPerformanceQuery extends Query<GetPerformanceResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetPerformanceParams,
  ) {
    super();
  }
}

export const getPerformanceSql = (endpointKey: number, since: number) =>
  build.selectFrom('samples').select('value').where('endpointKey', '=', endpointKey).where('recordedAt', '>=', since).orderBy('recordedAt');

export function getPerformance(db: Reader, principal: Principal, { endpointId, minutes }: GetPerformanceParams, now: number): GetPerformanceResult {
  const endpointKey = endpointKeyOf(db, principal, endpointId);
  const rows = db.all(getPerformanceSql(endpointKey, now - minutes * 60_000));
  const samples = rows.flatMap(({ value }) => {
    const parsed = parsePerformanceSample(Buffer.from(value));
    return parsed.ok ? [parsed.value] : [];
  });
  return { endpointId, samples };
}

@QueryHandler(GetPerformanceQuery)
export class GetPerformanceHandler implements IQueryHandler<GetPerformanceQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: GetPerformanceQuery): Promise<GetPerformanceResult> {
    return getPerformance(await this.fold.reader(), principal, params, Date.now());
  }
}
