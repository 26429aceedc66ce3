import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, truncate } from 'node:fs/promises';
import { readExportLine } from '@kanade/proof';
import type { HeadLine } from '@kanade/proof';
import { Failure } from '../failure.ts';

/** Where an export that broke off can be gone on with. */
export interface ResumePlace {
  readonly head: HeadLine;
  /** Everything up to this position is there. */
  readonly position: number;
  /** As many bytes of the file count. */
  readonly bytes: number;
}

/** Where the part of an export lies until it is whole. */
export const partialFile = (file: string): string => `${file}.partial`;

/** The whole lines of a file with their ends, byte by byte. */
async function* linesOf(file: string): AsyncGenerator<{ readonly text: string; readonly end: number }> {
  let rest = Buffer.alloc(0);
  let start = 0;
  for await (const piece of createReadStream(file)) {
    rest = Buffer.concat([rest, Buffer.from(piece)]);
    let at = 0;
    for (let next = rest.indexOf(10, at); next >= 0; next = rest.indexOf(10, at)) {
      yield { text: rest.toString('utf8', at, next), end: start + next + 1 };
      at = next + 1;
    }
    rest = rest.subarray(at);
    start += at;
  }
}

/** How far the part of an export is there; undefined when there is nothing of it to go on with. */
export async function findResumePlace(file: string): Promise<ResumePlace | undefined> {
  if ((await stat(partialFile(file)).catch(() => undefined)) === undefined) return undefined;
  let place: ResumePlace | undefined;
  for await (const { text, end } of linesOf(partialFile(file))) {
    const line = readExportLine(text);
    if (line?.kind === 'head') place ??= { head: line, position: line.start, bytes: end };
    if (place === undefined || line === undefined) return place;
    // Events of a filtered export count with the list that is signed of them, those of one of everything by themselves.
    const isListed = 'path' in line && line.kind === 'event' && line.path !== undefined;
    if (line.kind === 'event' && !isListed) place = { ...place, position: line.position, bytes: end };
    if (line.kind === 'block') place = { ...place, position: line.positions.at(-1) ?? place.position, bytes: end };
  }
  return place;
}

const sameScope = (one: HeadLine, other: HeadLine): boolean =>
  JSON.stringify([one.checkpoint, one.filter, one.start, one.until]) === JSON.stringify([other.checkpoint, other.filter, other.start, other.until]);

/** The first line of a stream, and what follows it. */
async function takeHead(stream: AsyncIterator<Uint8Array>): Promise<{ readonly head: HeadLine; readonly rest: Buffer }> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const next = await stream.next();
    if (next.done === true) throw new Failure('The backend broke off before the first line.');
    bytes = Buffer.concat([bytes, next.value]);
    const end = bytes.indexOf(10);
    if (end < 0) continue;
    const head = readExportLine(bytes.toString('utf8', 0, end));
    if (head?.kind !== 'head') throw new Failure('What the backend sends is no export that this version of kanade reads.');
    return { head, rest: bytes.subarray(end + 1) };
  }
}

/** True when a file ends with the last line of an export. */
async function isWhole(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, 1000)), 0, Math.min(size, 1000), Math.max(0, size - 1000));
    return readExportLine(buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').at(-1) ?? '')?.kind === 'end';
  } finally {
    await handle.close();
  }
}

/** Writes an export, or the rest of one, to a file only its owner can read; it takes its name when it is whole, and its part stays when it breaks off. */
export async function saveExport(stream: AsyncIterable<Uint8Array>, file: string, place: ResumePlace | undefined): Promise<void> {
  const partial = partialFile(file);
  const pieces = stream[Symbol.asyncIterator]();
  const { head, rest } = await takeHead(pieces);
  if (place === undefined) await rm(partial, { force: true });
  else {
    if (!sameScope(head, place.head)) throw new Failure('The part that is there is of another export.', { suggestion: 'Give the flags it was begun with, or export without --resume.' });
    await truncate(partial, place.bytes);
  }
  const handle = await open(partial, place === undefined ? 'wx' : 'a', 0o600);
  try {
    if (place === undefined) await handle.appendFile(`${JSON.stringify(head)}\n`);
    await handle.appendFile(rest);
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) await handle.appendFile(next.value);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (!(await isWhole(partial))) throw new TypeError('the last line is missing');
  await rename(partial, file);
}
