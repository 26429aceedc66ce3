import { prepareWrite } from '../sqlite/statements.ts';
import type { Parameter } from '../sqlite/statements.ts';
import type { Session } from './session.ts';

/** Rows forgotten in one transaction: chunks are large, and whoever reads must not feel it. */
export const forgottenAtOnce = 250;

/** Where each stream whose messages go begins now: what it no longer keeps, the read model must not keep either. */
export interface FirstKept {
  readonly output: number;
  readonly private: number;
}

/** Drops what its stream has let go by age, size or erasure of its beginning; what is told of it (sizes, digests) stays. */
export function openRetention({ connection }: Session) {
  const forgetChunks = prepareWrite(connection, (query, parameter: Parameter<{ first: number }>) =>
    query
      .deleteFrom('chunks')
      .where('sequence', 'in', (from) => from.selectFrom('chunks').select('sequence').where('sequence', '<', parameter('first')).orderBy('sequence').limit(forgottenAtOnce)));
  const forgetParts = prepareWrite(connection, (query, parameter: Parameter<{ first: number }>) =>
    query
      .deleteFrom('privateParts')
      .where('sequence', 'in', (from) => from.selectFrom('privateParts').select('sequence').where('sequence', '<', parameter('first')).orderBy('sequence').limit(forgottenAtOnce)));
  return ({ output, private: parts }: FirstKept): boolean => {
    const forget = connection.transaction(() => Math.max(forgetChunks({ first: output }), forgetParts({ first: parts })));
    return forget.immediate() === forgottenAtOnce;
  };
}
