import type { OperatingSystem, PerformanceSample } from '@kanade/messages';
import type { InventoryCollector } from './inventory/collector.ts';
import type { ScriptRunner } from './runner/runner.ts';

/** The machine an agent speaks for: this one, or one that is simulated. */
export interface Host {
  readonly simulated: boolean;
  hostname(): string;
  os(): OperatingSystem;
  bootId(): string;
  readonly runner: ScriptRunner;
  readonly inventory: InventoryCollector;
  readonly sampler: { sample(): Promise<PerformanceSample> };
}
