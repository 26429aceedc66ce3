import type { OutputStream } from '@kanade/contracts';
import type { OutputSink } from '../runner/runner.ts';
import { Masker, SecretPatterns } from './masker.ts';

/** Output on its way to the disk and to whoever watches, without the secrets its script has. */
export interface MaskedSink extends OutputSink {
  /** Gives out what was held back as the beginning of a secret that never came. */
  end(): void;
}

/** Masks both streams of a run, each for itself; without secrets nothing is looked at. */
export function maskedSink(sink: OutputSink, values: readonly Buffer[]): MaskedSink {
  if (values.length === 0) return { write: (stream, bytes) => sink.write(stream, bytes), end: () => undefined };
  const patterns = new SecretPatterns(values);
  const maskers: Readonly<Record<OutputStream, Masker>> = { stdout: new Masker(patterns), stderr: new Masker(patterns) };
  return {
    write: (stream, bytes) => sink.write(stream, maskers[stream].push(bytes)),
    end: () => {
      for (const stream of ['stdout', 'stderr'] as const) void sink.write(stream, maskers[stream].end());
    },
  };
}
