import { outputPreviewBytes } from '@kanade/contracts';
import type { OutputStream, RunDetail } from '@kanade/contracts';
import { build, outputStreamNumbers } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import { runView } from './run-view.ts';
import type { RunRow } from './run-view.ts';

/** The chunks of one stream that hold bytes from `from` (inclusive) to `to` (exclusive). */
export const chunksSql = (runKey: number, stream: OutputStream, from: number, to: number) =>
  build
    .selectFrom('chunks')
    .select(['offset', 'bytes'])
    .where('runKey', '=', runKey)
    .where('stream', '=', outputStreamNumbers[stream])
    .where('offset', '<', to)
    .where(({ eb }) => eb(eb('offset', '+', eb.ref('size')), '>', from))
    .orderBy('chunk');

/** Bytes of one stream from an offset, as far as they follow one another without a hole. */
export function readBytes(db: Reader, runKey: number, stream: OutputStream, offset: number, limit: number): Buffer {
  const parts: Uint8Array[] = [];
  let next = offset;
  const end = offset + limit;
  for (const chunk of db.all(chunksSql(runKey, stream, offset, end))) {
    if (chunk.offset > next) break;
    const part = chunk.bytes.subarray(next - chunk.offset, end - chunk.offset);
    parts.push(part);
    next += part.byteLength;
  }
  return Buffer.concat(parts);
}

const storedChunksSql = (runKey: number) =>
  build.selectFrom('chunks').select(({ fn }) => fn.countAll<number>().as('count')).where('runKey', '=', runKey);

/** Whether a run's output is here: an ended run knows how many chunks it stored. */
export function outputState(db: Reader, row: Pick<RunRow, 'key' | 'outputChunks' | 'outputErased'>): RunDetail['outputState'] {
  if (row.outputErased === 1) return 'erased';
  if (row.outputChunks === 0) return 'none';
  const stored = db.get(storedChunksSql(row.key))?.count ?? 0;
  if (row.outputChunks === null) return stored === 0 ? 'none' : 'kept';
  return stored < row.outputChunks ? 'expired' : 'kept';
}

/** The beginning of a stream as text; a character that is cut at its end is left out rather than shown broken. */
function beginning(db: Reader, runKey: number, stream: OutputStream, totalBytes: number): string {
  const bytes = readBytes(db, runKey, stream, 0, outputPreviewBytes);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: bytes.byteLength < totalBytes });
}

/** A run with the beginning of its output as text. */
export function runDetail(db: Reader, row: RunRow): RunDetail {
  return {
    ...runView(row),
    stdout: beginning(db, row.key, 'stdout', row.stdoutBytes),
    stderr: beginning(db, row.key, 'stderr', row.stderrBytes),
    truncated: row.stdoutBytes > outputPreviewBytes || row.stderrBytes > outputPreviewBytes,
    outputState: outputState(db, row),
  };
}
