import type { PerformanceSample } from '../../api/types.ts';

/** More points than this no chart of ours can show apart. */
const maxPoints = 360;

/** `samples` with one more, without those that have left the range and without doubles. */
export function withSample(samples: readonly PerformanceSample[], sample: PerformanceSample, minutes: number): PerformanceSample[] {
  const from = Date.parse(sample.at) - minutes * 60_000;
  return [...samples.filter(({ at }) => Date.parse(at) >= from && at < sample.at), sample];
}

/** Evenly picked samples, always with the newest. */
export function thinned(samples: readonly PerformanceSample[]): readonly PerformanceSample[] {
  const step = Math.ceil(samples.length / maxPoints);
  return step <= 1 ? samples : samples.filter((_, index) => (samples.length - 1 - index) % step === 0);
}
