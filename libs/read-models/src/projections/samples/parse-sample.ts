import { check, validatePerformanceSample } from '@kanade/messages';
import type { Checked, PerformanceSample } from '@kanade/messages';

/** Reads a performance sample from a message's body. */
export function parsePerformanceSample(body: Uint8Array): Checked<PerformanceSample> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
    return check(validatePerformanceSample, value);
  } catch (error) {
    return { ok: false, error: `the body is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
