import { isAscii, isUtf8 } from 'node:buffer';

/** A record of headers by name. */
export type Headers = Readonly<Record<string, string>>;

/**
 * The name under which a block that cannot be read is kept, whole and byte for byte as latin1: no header can be called so. What it held
 * counts for nothing, so an event with such a block lacks its place in the chain and is poison; its size still counts.
 */
export const unreadable = '';

const version = 'NATS/1.0';
const end = '\r\n';
const colonCode = 58;
// A colon ends a name; blanks and what is no ASCII are in none.
const headerName = /^[!-9;-~]+$/;

const latin1 = (block: Uint8Array): string => Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString('latin1');

/** UTF-8, and undefined when it is none. */
function textOf(block: Uint8Array): string | undefined {
  if (isAscii(block)) return latin1(block);
  return isUtf8(block) ? Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString() : undefined;
}

// The names of the block before: nearly every block has those of its neighbour, and need not be looked at for them.
let usual: string[] = [];

/** The name a line begins with, `expected` being the one its neighbour had in this place; undefined when it is none. */
function nameOf(line: string, expected: string | undefined): string | undefined {
  if (expected !== undefined && line.charCodeAt(expected.length) === colonCode && line.startsWith(expected)) return expected;
  const name = line.slice(0, Math.max(0, line.indexOf(':')));
  return headerName.test(name) ? name : undefined;
}

/** Adds a header; `__proto__` is a name like any other. */
function put(headers: Record<string, string>, name: string, value: string): void {
  if (name === '__proto__') Object.defineProperty(headers, name, { value, enumerable: true, writable: true, configurable: true });
  else headers[name] = value;
}

/** Lines of a block without its end as headers; undefined when one of them is none, or a name comes twice. */
function readLines(lines: readonly string[]): Headers | undefined {
  if (lines[0] !== version) return undefined;
  const headers: Record<string, string> = {};
  const names: string[] = [];
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const name = nameOf(line, usual[index - 1]);
    if (name === undefined || Object.hasOwn(headers, name)) return undefined;
    names.push(name);
    put(headers, name, line.slice(name.length + 1).trim());
  }
  usual = names;
  return headers;
}

/** The lines of a whole block; undefined when it does not end as one. */
function linesOf(text: string): string[] | undefined {
  if (!text.endsWith(end + end)) return undefined;
  return text.slice(0, -2 * end.length).split(end);
}

/**
 * The headers in a block as somebody published it, whoever that was. Whatever the bytes are, there is an answer and no error. A block is read whole or not at
 * all: one with a status, a line without a colon, a name twice or bytes that are no text is kept as `unreadable`.
 */
export function readHeaders(block: Uint8Array | undefined): Headers {
  if (block === undefined) return {};
  const lines = linesOf(textOf(block) ?? '');
  return (lines && readLines(lines)) ?? { [unreadable]: latin1(block) };
}

/** What the broker itself says in a message that carries nothing stored, such as 404; code 0 when it says nothing. */
export function readStatus(block: Uint8Array | undefined): { readonly code: number; readonly description: string } {
  const first = block === undefined ? '' : latin1(block.subarray(0, 200)).split(end, 1)[0];
  const [, code = '0', description = ''] = /^NATS\/1\.0 +(\d{3})\b *(.*)$/.exec(first ?? '') ?? [];
  return { code: Number(code), description };
}

/** Where a message lay, in the broker's own words, and the headers it was stored with. */
export interface DirectHeaders {
  readonly subject: string;
  readonly sequence: number;
  /** Unix ms. */
  readonly recordedAt: number;
  readonly headers: Headers;
}

/**
 * The block of a direct get's answer. The broker writes its lines behind those of the message, always all and in this order, so they are
 * taken from the end: whatever the message says of the same names is the message's own. Undefined when the broker's are not there: then
 * the answer is a status, and holds nothing stored. Of a block that does not end as one the broker cuts two bytes and writes on in its
 * last line; such a block is `unreadable`.
 */
export function readDirectHeaders(block: Uint8Array | undefined): DirectHeaders | undefined {
  if (block === undefined) return undefined;
  const lines = linesOf(latin1(block));
  if (lines === undefined) return undefined;
  let own = block.length - end.length;
  const take = (name: string): string | undefined => {
    const line = lines.at(-1);
    if (line?.startsWith(`${name}: `) !== true) return undefined;
    lines.pop();
    own -= line.length + end.length;
    return line.slice(name.length + 2);
  };
  // These two stand in a batch only.
  if (take('Nats-Last-Sequence') !== undefined && take('Nats-Num-Pending') === undefined) return undefined;
  const time = take('Nats-Time-Stamp');
  const sequence = take('Nats-Sequence');
  const subject = take('Nats-Subject');
  if (time === undefined || sequence === undefined || subject === undefined) return undefined;
  const whole = take('Nats-Stream') !== undefined;
  const left = block.subarray(0, own);
  const headers = (whole ? readLines(textOf(left)?.slice(0, -end.length).split(end) ?? []) : undefined) ?? { [unreadable]: latin1(left) + (whole ? end : '') };
  return { subject: Buffer.from(subject, 'latin1').toString(), sequence: Number(sequence), recordedAt: Date.parse(time), headers };
}

/**
 * One header as the broker itself looks for it: the first with exactly this name behind a line's end, its value up to the next, blanks
 * before it cut off and those behind it not; bytes as latin1. Undefined when the broker sees none, however much the block looks like it.
 * nats-server's `sliceHeader`, step by step.
 */
export function readAsBroker(block: Uint8Array | undefined, name: string): string | undefined {
  const text = block === undefined ? '' : latin1(block);
  for (let offset = 0; ; ) {
    const at = text.indexOf(name, offset);
    if (at - offset < 2 || at >= text.length - 1) return undefined;
    if (text.startsWith(end, at - end.length) && text[at + name.length] === ':') {
      const value = text.slice(at + name.length + 1);
      const valueEnd = value.indexOf(end);
      return (valueEnd < 0 ? value : value.slice(0, valueEnd)).replace(/^ +/, '');
    }
    offset = at + name.length;
  }
}
