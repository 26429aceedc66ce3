import { once } from 'node:events';
import { open, rename, rm } from 'node:fs/promises';

/** Writes a stream to a file only its owner can read; the name is taken when all of it is on the disk, and nothing stays of one that breaks off. */
export async function saveStream(stream: AsyncIterable<Uint8Array>, file: string): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  const handle = await open(partial, 'wx', 0o600);
  try {
    for await (const bytes of stream) await handle.writeFile(bytes);
    await handle.sync();
    await handle.close();
    await rename(partial, file);
  } catch (error) {
    await handle.close();
    await rm(partial, { force: true });
    throw error;
  }
}

/** Passes a stream on as fast as whoever reads it takes it. */
export async function toStdout(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const bytes of stream) {
    if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
  }
}
