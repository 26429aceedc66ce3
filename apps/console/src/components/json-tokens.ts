import { shownLimit, shownText } from './bounded-text.ts';
import type { ShownText } from './bounded-text.ts';

export interface JsonToken {
  readonly text: string;
  readonly kind: 'key' | 'string' | 'word' | 'other';
}

const token = /("[^"\\]*(?:\\[\s\S][^"\\]*)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)|[^"\d-]+?(?=["\d-]|true|false|null|$)|[\s\S]/g;
/** So many pieces are coloured, each an element of the page; what comes behind them is plain. */
const colouredLimit = 4000;
/** So deep values are indented; what lies deeper stands on one line, as it came. */
const indentedDepth = 24;

/** JSON cut into what is coloured alike; put together again it is the same text. */
export function jsonTokens(json: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  for (const { 0: text, 1: string, 2: colon, 3: word, index } of json.matchAll(token)) {
    if (tokens.length === colouredLimit) return [...tokens, { text: json.slice(index), kind: 'other' }];
    if (string !== undefined) tokens.push({ text, kind: colon === undefined ? 'string' : 'key' });
    else tokens.push({ text, kind: word === undefined ? 'other' : 'word' });
  }
  return tokens;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

// A text, what has a meaning of its own, blanks, or a number or word.
const piece = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[{}[\],:]|\s+|[^\s"{}[\],:]+/y;

/** Lays JSON out piece by piece, without following it into its depth, until `limit` characters are made. */
function indent(json: string, limit: number): string {
  let made = '';
  let depth = 0;
  let isEmpty = false;
  const line = (): string => `\n${'  '.repeat(depth)}`;
  piece.lastIndex = 0;
  for (let found = piece.exec(json); found !== null && made.length <= limit; found = piece.exec(json)) {
    const [text] = found;
    const isFlat = depth > indentedDepth;
    if (/^\s/.test(text)) {
      if (isFlat) made += text;
      continue;
    }
    if (text === '}' || text === ']') {
      depth -= 1;
      made += isEmpty || isFlat ? text : line() + text;
    } else {
      made += isEmpty && !isFlat ? line() + text : text;
    }
    isEmpty = text === '{' || text === '[';
    if (isEmpty) depth += 1;
    else if (depth <= indentedDepth && text === ',') made += line();
    else if (depth <= indentedDepth && text === ':') made += ' ';
  }
  return made;
}

/** The beginning of a text with an indent of two where it is JSON, its numbers and escapes as they came; else as it is. */
export function shownJson(text: string, limit = shownLimit): ShownText {
  if (!isJson(text)) return shownText(text, limit);
  const made = indent(text, limit);
  return shownText(made, limit);
}
