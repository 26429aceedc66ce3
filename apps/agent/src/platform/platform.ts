import type { InventoryFacets } from '../inventory/facets.ts';
import type { SandboxSupport } from '../sandbox/sandbox.ts';
import type { Counters } from '../telemetry/counters.ts';
import type { InstalledPackage, OperatingSystem } from '@kanade/messages';

/** Everything the agent asks of the operating system it lives on. */
export interface Platform {
  readonly family: OperatingSystem['family'];
  hostname(): string;
  os(): OperatingSystem;
  /** Changes with every boot and with nothing else. */
  bootId(): string;
  readonly scripts: SandboxSupport;
  facets(): Promise<InventoryFacets>;
  packages(): Promise<InstalledPackage[]>;
  /** Cheap; differs when `packages` may answer differently. */
  packagesStamp(): Promise<string>;
  /** Cheap: no child processes. */
  counters(): Promise<Counters>;
}
