import type { OutputStream, RunView } from '@kanade/contracts';
import { oneLine } from '../render/table.ts';

interface Sink {
  write(bytes: Uint8Array | string): unknown;
}

const newline = 0x0a;

/**
 * Prints output as it comes. One target: the very bytes, stdout to stdout and stderr to stderr. Several: whole lines, each
 * with its endpoint's name before it, so that hosts do not run into each other.
 */
export class OutputPrinter {
  readonly #sinks: Readonly<Record<OutputStream, Sink>>;
  readonly #withNames: boolean;
  readonly #unfinished = new Map<string, Buffer>();

  constructor(sinks: Readonly<Record<OutputStream, Sink>>, options: { withNames: boolean }) {
    this.#sinks = sinks;
    this.#withNames = options.withNames;
  }

  /** Takes the next bytes of one stream of one run. */
  print(run: RunView, stream: OutputStream, bytes: Uint8Array): void {
    if (!this.#withNames) {
      this.#sinks[stream].write(bytes);
      return;
    }
    const key = `${run.runId} ${stream}`;
    const held = Buffer.concat([this.#unfinished.get(key) ?? Buffer.alloc(0), bytes]);
    const end = held.lastIndexOf(newline) + 1;
    this.#unfinished.set(key, held.subarray(end));
    if (end > 0) this.#printLines(run, stream, held.subarray(0, end));
  }

  /** Prints what is left of a run whose last line had no end. */
  finish(run: RunView): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const key = `${run.runId} ${stream}`;
      const rest = this.#unfinished.get(key);
      this.#unfinished.delete(key);
      if (rest && rest.length > 0) this.#printLines(run, stream, Buffer.concat([rest, Buffer.from('\n')]));
    }
  }

  #printLines(run: RunView, stream: OutputStream, lines: Buffer): void {
    const name = `${oneLine(run.endpointName)} | `;
    const text = lines.toString('utf8').slice(0, -1).split('\n');
    this.#sinks[stream].write(text.map((line) => `${name}${line}\n`).join(''));
  }
}
