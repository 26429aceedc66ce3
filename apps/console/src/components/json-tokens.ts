export interface JsonToken {
  readonly text: string;
  readonly kind: 'key' | 'string' | 'word' | 'other';
}

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)|[^"\d-]+?(?=["\d-]|true|false|null|$)|[\s\S]/g;

/** JSON cut into what is coloured alike; put together again it is the same text. */
export function jsonTokens(json: string): JsonToken[] {
  return [...json.matchAll(token)].map(([text, string, colon, word]): JsonToken => {
    if (string !== undefined) return { text, kind: colon === undefined ? 'string' : 'key' };
    return { text, kind: word === undefined ? 'other' : 'word' };
  });
}

/** JSON with an indent of two, or the text unchanged when it is none. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
