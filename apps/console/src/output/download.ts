import { readOutput } from '../api/output.ts';
import type { OutputStream } from '../api/types.ts';

const pieceBytes = 4 * 1024 * 1024;

/** Hands bytes to the browser's download list. */
export function saveAs(name: string, parts: BlobPart[], type: string): void {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the blob once the click is handled.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 0);
}

/** Fetches a stream whole, exactly as it was printed, and saves it. `onProgress` gets a share of 0 to 1. */
export async function downloadOutput(runId: string, stream: OutputStream, name: string, onProgress: (share: number) => void): Promise<void> {
  const parts: BlobPart[] = [];
  let offset = 0;
  for (;;) {
    const { bytes, totalBytes } = await readOutput(runId, stream, { offset, limit: pieceBytes });
    parts.push(new Uint8Array(bytes));
    offset += bytes.byteLength;
    onProgress(totalBytes === 0 ? 1 : offset / totalBytes);
    if (bytes.byteLength === 0 || offset >= totalBytes) break;
  }
  saveAs(name, parts, 'application/octet-stream');
}
