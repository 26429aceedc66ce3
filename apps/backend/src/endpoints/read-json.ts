/** The JSON in bytes or text; undefined when it is none. */
export function readJson(source: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof source === 'string' ? source : Buffer.from(source).toString());
  } catch {
    return undefined;
  }
}
