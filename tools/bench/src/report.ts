import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';

/** One measured quantity: its median and every sample, in `unit`. */
export interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly samples: readonly number[];
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the given share of the values lies, between neighbours in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** Prints a suite's table and writes it as JSON with the machine it was measured on. */
export function report(suite: string, measurements: readonly Measurement[], file: string): void {
  const width = Math.max(...measurements.map(({ name }) => name.length));
  process.stdout.write(`${suite}\n`);
  for (const { name, median: value, unit, samples } of measurements) {
    const shown = value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
    const spread = samples.length > 1 ? `  (${samples.map((sample) => (sample >= 100 ? Math.round(sample) : sample.toFixed(2))).join(' ')})` : '';
    process.stdout.write(`  ${name.padEnd(width)}  ${shown.padStart(9)} ${unit}${spread}\n`);
  }
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryBytes: totalmem(), node: process.version, platform: process.platform };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ suite, at: new Date().toISOString(), machine, measurements }, null, 2)}\n`);
}
