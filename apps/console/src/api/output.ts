import { getRunOutput } from '@kanade/api-client';
import type { OutputStream } from './types.ts';

/** Bytes of a run's output from `offset` on, at most `limit`, and how many are stored so far. */
export async function readOutput(
  runId: string,
  stream: OutputStream,
  range: { readonly offset: number; readonly limit: number },
  signal?: AbortSignal,
): Promise<{ bytes: Uint8Array; totalBytes: number }> {
  const response = await getRunOutput(runId, stream, range, { signal });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const total = response.headers.get('Kanade-Total-Bytes');
  return { bytes, totalBytes: total === null ? range.offset + bytes.byteLength : Number(total) };
}
