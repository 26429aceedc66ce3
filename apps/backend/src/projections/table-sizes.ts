import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { startWorker } from './started-worker.ts';

/** Bytes of tables with their indexes, by their names. */
export type TableSizes = Readonly<Record<string, number>>;

/** Measuring reads the whole file, and nothing grows that fast. */
const keptMs = 600_000;
const patienceMs = 2000;

/** Measures the tables of read models, in a thread of its own. */
@Injectable()
export class TableScales implements OnApplicationShutdown {
  private known: { readonly file: string; readonly at: number; readonly sizes: TableSizes } | undefined;
  private measuring: Promise<TableSizes | undefined> | undefined;
  private worker: Worker | undefined;

  async onApplicationShutdown(): Promise<void> {
    await this.worker?.terminate();
  }

  /** As measured in the last minutes; undefined where that takes longer than whoever asks will wait, or fails. */
  async of(file: string): Promise<TableSizes | undefined> {
    if (this.known?.file === file && Date.now() - this.known.at < keptMs) return this.known.sizes;
    this.measuring ??= this.measure(file);
    return Promise.race([this.measuring, sleep(patienceMs, undefined, { ref: false })]);
  }

  private measure(file: string): Promise<TableSizes | undefined> {
    return new Promise((resolve) => {
      const worker = startWorker('sizes', './sizes.worker', file);
      this.worker = worker;
      worker.on('message', (sizes: TableSizes) => {
        this.known = { file, at: Date.now(), sizes };
      });
      // The file may just have been replaced by another one.
      worker.on('error', () => undefined);
      worker.on('exit', () => {
        this.measuring = undefined;
        this.worker = undefined;
        resolve(this.known?.file === file ? this.known.sizes : undefined);
      });
    });
  }
}
