import type { StoredMessage } from '@kanade/messaging';
import type { FoldedStream } from '@kanade/read-models';

/**
 * Messages of one stream as they go from one thread to another: the bodies in one buffer that changes hands, everything else in few arrays.
 * As objects they would cost the thread that folds twice as much to receive.
 */
export interface PackedBatch {
  readonly stream: FoldedStream;
  readonly bodies: ArrayBuffer;
  readonly sizes: readonly number[];
  readonly sequences: readonly number[];
  readonly recordedAt: readonly number[];
  /** Lists of header names; most messages of a stream have the same. */
  readonly shapes: readonly (readonly string[])[];
  /** The list of each message. */
  readonly shapeOf: readonly number[];
  /** Of each message its subject, then the values of its headers. */
  readonly texts: readonly string[];
  /** What it takes of memory, roughly, until it is folded. */
  readonly bytes: number;
}

/** What a message costs beside its text: objects. */
const overhead = 300;

function packBodies(messages: readonly StoredMessage[]): { readonly bodies: ArrayBuffer; readonly sizes: number[] } {
  const sizes = messages.map(({ body }) => body.byteLength);
  const bodies = new ArrayBuffer(sizes.reduce((sum, size) => sum + size, 0));
  const bytes = new Uint8Array(bodies);
  let at = 0;
  for (const { body } of messages) {
    bytes.set(body, at);
    at += body.byteLength;
  }
  return { bodies, sizes };
}

/** Packs messages for `unpack`; `bodies` is to be transferred. */
export function pack(stream: FoldedStream, messages: readonly StoredMessage[]): PackedBatch {
  const shapes: string[][] = [];
  const known = new Map<string, number>();
  const shapeOf: number[] = [];
  const texts: string[] = [];
  let length = 0;
  for (const { subject, headers } of messages) {
    texts.push(subject);
    length += subject.length;
    const names = Object.keys(headers);
    // Their number tells a block that could not be read, which is kept under an empty name, from none.
    const shape = `${names.length}\n${names.join('\n')}`;
    let index = known.get(shape);
    if (index === undefined) {
      index = shapes.push(names) - 1;
      known.set(shape, index);
    }
    shapeOf.push(index);
    for (const name of names) {
      const value = headers[name] ?? '';
      texts.push(value);
      length += value.length;
    }
  }
  const { bodies, sizes } = packBodies(messages);
  const bytes = bodies.byteLength + length + overhead * messages.length;
  return { stream, bodies, sizes, sequences: messages.map(({ sequence }) => sequence), recordedAt: messages.map(({ recordedAt }) => recordedAt), shapes, shapeOf, texts, bytes };
}

/** Headers by name, their values from `start` on; `__proto__` is a name like any other. */
function headersOf(names: readonly string[], texts: readonly string[], start: number): Record<string, string> {
  if (names.includes('__proto__')) return Object.fromEntries(names.map((name, index) => [name, texts[start + index] ?? '']));
  const headers: Record<string, string> = {};
  for (let index = 0; index < names.length; index += 1) headers[names[index] ?? ''] = texts[start + index] ?? '';
  return headers;
}

/** The messages of a packed batch; their bodies are views of its one buffer. */
export function unpack({ bodies, sizes, sequences, recordedAt, shapes, shapeOf, texts }: PackedBatch): StoredMessage[] {
  let text = 0;
  let at = 0;
  return sequences.map((sequence, index) => {
    const subject = texts[text] ?? '';
    text += 1;
    const names = shapes[shapeOf[index] ?? 0] ?? [];
    const headers = headersOf(names, texts, text);
    text += names.length;
    const size = sizes[index] ?? 0;
    const body = new Uint8Array(bodies, at, size);
    at += size;
    return { sequence, subject, recordedAt: recordedAt[index] ?? 0, headers, body };
  });
}
