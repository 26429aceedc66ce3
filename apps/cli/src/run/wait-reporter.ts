import type { OutputStream, RunView } from '@kanade/contracts';
import { describeEnd } from '../render/run.ts';
import { oneLine } from '../render/table.ts';
import { OutputPrinter } from './output-printer.ts';
import type { WaitListener } from './wait-for-execution.ts';

const clearLine = '\r\u001b[2K';

/** Tells a waiting operator what happens: output as it comes, a line per endpoint, on a terminal one line that counts. */
export class WaitReporter implements WaitListener {
  readonly #quiet: boolean;
  readonly #status = process.stderr.isTTY;
  #printer = this.#createPrinter(1);
  #total = 0;
  #ended = 0;
  #executionId = '';

  constructor(options: { quiet: boolean }) {
    this.#quiet = options.quiet;
  }

  /** The execution exists and has this many targets. */
  begin(executionId: string, targetCount: number): void {
    this.#executionId = executionId;
    this.#total = targetCount;
    this.#printer = this.#createPrinter(targetCount);
    this.#showStatus();
  }

  progress(run: RunView): void {
    if (this.#status && run.state === 'started' && this.#total > 1) this.#tell(`${oneLine(run.endpointName)}: started`);
  }

  output(run: RunView, stream: OutputStream, bytes: Uint8Array): void {
    if (this.#quiet) return;
    this.#hideStatus();
    this.#printer.print(run, stream, bytes);
    // With one target the bytes stand as they are, perhaps in mid-line, where a status line would damage them.
    if (this.#total > 1) this.#showStatus();
  }

  ended(run: RunView): void {
    this.#ended += 1;
    if (this.#quiet) return;
    this.#hideStatus();
    this.#printer.finish(run);
    this.#tell(describeEnd(run));
  }

  connection(state: 'away' | 'back'): void {
    // Until the execution exists, whoever asks for it tells how that goes.
    if (this.#total === 0) return;
    this.#tell(state === 'away' ? 'The backend is out of reach; waiting for it …' : 'The backend is back.');
  }

  /** The last line: how many of how many succeeded, and how to look again. */
  summary(runs: readonly RunView[]): void {
    this.#hideStatus();
    if (this.#quiet || this.#total <= 1) return;
    const succeeded = runs.filter((run) => run.state === 'succeeded').length;
    this.#tell(`${succeeded} of ${runs.length} succeeded · kanade execution show ${this.#executionId}`);
  }

  close(): void {
    this.#hideStatus();
  }

  #tell(line: string): void {
    if (this.#quiet) return;
    this.#hideStatus();
    process.stderr.write(`${line}\n`);
    this.#showStatus();
  }

  #showStatus(): void {
    if (!this.#status || this.#quiet || this.#total === 0 || this.#ended === this.#total) return;
    process.stderr.write(`${clearLine}${this.#ended}/${this.#total} ended · Ctrl-C to cancel or detach`);
  }

  #hideStatus(): void {
    if (this.#status && !this.#quiet) process.stderr.write(clearLine);
  }

  #createPrinter(targets: number): OutputPrinter {
    return new OutputPrinter({ stdout: process.stdout, stderr: process.stderr }, { withNames: targets > 1 });
  }
}
