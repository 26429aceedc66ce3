import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { OutputStream } from '@kanade/contracts';
import type { Reader } from '@kanade/read-models';
import type { Principal } from '../accounts/principal.ts';
import { DomainError } from '../domain-error.ts';
import { answerAt } from '../projections/answers.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { readRun } from './get-run.query.ts';
import { outputState, readBytes } from './run-output.ts';

export interface RunOutputParams {
  readonly runId: string;
  readonly stream: OutputStream;
  readonly offset: number;
  readonly limit: number;
  readonly minPosition?: string | undefined;
  readonly at?: string | undefined;
}

export interface RunOutput {
  readonly bytes: Uint8Array;
  /** Bytes of the stream so far; final once the run has ended. */
  readonly totalBytes: number;
}

/** Raw bytes of one output stream from an offset, and how many there are so far. */
export class ReadRunOutputQuery extends Query<RunOutput> {
  constructor(
    readonly principal: Principal,
    readonly params: RunOutputParams,
  ) {
    super();
  }
}

export function readRunOutput(db: Reader, principal: Principal, { runId, stream, offset, limit }: RunOutputParams): RunOutput {
  return answerAt(db, () => {
    const row = readRun(db, principal, runId);
    if (row.outputErased === 1) throw new DomainError('output-erased', `What run ${runId} printed was erased; its history says by whom, and why.`, { details: { runId, stream } });
    const totalBytes = stream === 'stdout' ? row.stdoutBytes : row.stderrBytes;
    const bytes = readBytes(db, row.key, stream, offset, limit);
    if (bytes.byteLength === 0 && offset < totalBytes && outputState(db, row) === 'expired') {
      throw new DomainError('output-expired', `The ${stream} of run ${runId} is no longer kept.`, { details: { runId, stream, totalBytes } });
    }
    return { bytes, totalBytes };
  });
}

@QueryHandler(ReadRunOutputQuery)
export class ReadRunOutputHandler implements IQueryHandler<ReadRunOutputQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ principal, params }: ReadRunOutputQuery): Promise<RunOutput> {
    return readRunOutput(await this.fold.readerFor(params), principal, params);
  }
}
