/** What is shorter is printed by chance all the time. */
export const shortestMasked = 4;

/** Columns at which `base64` and `openssl base64` break lines. */
const wraps = [76, 64] as const;

/** Lines of a text, as bytes. */
function linesOf(value: Buffer): Buffer[] {
  // Latin-1 keeps every byte as it is.
  return value.toString('latin1').split(/[\r\n]+/).map((line) => Buffer.from(line, 'latin1'));
}

/** The characters of base64 that depend on these bytes alone, when `offset` other bytes stand before them. */
function stem(value: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), value]).toString('base64');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + value.length) * 8) / 6));
}

const urlSafe = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_');

/** Base64 as tools print it: whole, as a part of something longer, and broken into lines. */
function base64Of(value: Buffer): string[] {
  const whole = [value, Buffer.concat([value, Buffer.from('\n')])].flatMap((bytes) => {
    const text = bytes.toString('base64');
    const broken = wraps.flatMap((width) => text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []);
    return [text, text.replace(/=+$/, ''), ...broken];
  });
  const texts = [...whole, stem(value, 0), stem(value, 1), stem(value, 2)];
  return [...texts, ...texts.map(urlSafe)];
}

/** A list of more is no list of passwords: the base64 of each of its lines would be as good as none. */
const mostEncodedLines = 100;

/** Every run of bytes by which a value could be read in output: itself, its lines, and the base64 of both. */
export function patternsOf(value: Buffer): Buffer[] {
  const lines = linesOf(value).filter((line) => line.length >= shortestMasked);
  const texts = [value, ...(lines.length > mostEncodedLines ? [] : lines)].flatMap(base64Of).map((text) => Buffer.from(text, 'latin1'));
  const all = [value, ...lines, ...texts].filter((pattern) => pattern.length >= shortestMasked);
  return [...new Map(all.map((pattern) => [pattern.toString('latin1'), pattern])).values()];
}
