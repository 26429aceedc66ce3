import type { Platform } from '../platform/platform.ts';
import type { InventoryFacets } from './facets.ts';
import type { InstalledPackage } from '@kanade/messages';

export interface InventoryCollector {
  collect(): Promise<InventoryFacets>;
  packages(): Promise<InstalledPackage[]>;
  /** Cheap; differs when `packages` may answer differently. */
  packagesStamp(): Promise<string>;
}

export function createInventoryCollector({ platform }: { readonly platform: Platform }): InventoryCollector {
  return {
    collect: () => platform.facets(),
    packages: () => platform.packages(),
    packagesStamp: () => platform.packagesStamp(),
  };
}
