import { terminalLine } from './terminal-text.ts';

/** A line longer than this is shown in pieces; a browser cannot lay out a line of megabytes. */
const maxLineLength = 4000;

/** Turns bytes that arrive in pieces into lines of text; a character cut between two pieces is put together again. */
export class LineDecoder {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #lines: string[] = [];
  #open = '';

  append(bytes: Uint8Array): void {
    const parts = (this.#open + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#open = parts.pop() ?? '';
    for (const part of parts) this.#close(part);
    while (this.#open.length > maxLineLength) {
      this.#lines.push(terminalLine(this.#open.slice(0, maxLineLength)));
      this.#open = this.#open.slice(maxLineLength);
    }
  }

  /** Number of lines, an unfinished last one included. */
  get count(): number {
    return this.#lines.length + (this.#open === '' ? 0 : 1);
  }

  line(index: number): string {
    return this.#lines[index] ?? terminalLine(this.#open);
  }

  #close(line: string): void {
    for (let at = 0; at === 0 || at < line.length; at += maxLineLength) this.#lines.push(terminalLine(line.slice(at, at + maxLineLength)));
  }
}
