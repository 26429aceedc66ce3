import { sha256Hex } from '@kanade/messaging';
import type { InstalledPackage } from '@kanade/messages';
import { jittered } from '../clock/clock.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import type { InventoryCollector } from '../inventory/collector.ts';
import type { InventoryFacets } from '../inventory/facets.ts';
import type { Log } from '../log.ts';
import { readJson } from '../messages.ts';
import type { EventOutbox } from '../outbox/event-outbox.ts';
import type { Fact } from '../outbox/facts.ts';
import type { Store } from '../store/store.ts';
import { packageBlocks } from './package-diff.ts';

const facetsEveryMs = 15 * 60_000;
/** Installed software is noticed within this: looking whether it changed costs one stat. */
const packagesEveryMs = 60_000;

interface Options {
  readonly collector: InventoryCollector;
  readonly store: Store;
  readonly events: EventOutbox;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tells what the host is made of: at start and now and then, each facet only when it differs from what was last told. */
export class InventoryReporter {
  readonly #options: Options;
  readonly #timers = new Map<string, Timer>();
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    void this.#repeat('facets', facetsEveryMs, () => this.reportFacets());
    void this.#repeat('packages', packagesEveryMs, () => this.reportPackages());
  }

  /** Tells everything anew, soon: outside of whatever transaction found out that it was lost. */
  retell(): void {
    this.#cancel();
    this.#timers.set('retell', this.#options.clock.after(0, () => this.start()));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #cancel(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  /** What was told is gone from the history: all of it is told again. */
  static forget(store: Store): void {
    store.run("DELETE FROM meta WHERE name LIKE 'inventory.%'");
  }

  async reportFacets(): Promise<void> {
    const { hardware, os, disks, network } = await this.#options.collector.collect();
    if (this.#stopped) return;
    this.#tell('hardware', { facet: 'hardware', value: hardware });
    this.#tell('os', { facet: 'os', value: os });
    this.#tell('disks', { facet: 'disks', value: disks });
    this.#tell('network', { facet: 'network', value: network });
  }

  async reportPackages(): Promise<void> {
    const { collector, store, events } = this.#options;
    const stamp = await collector.packagesStamp();
    if (store.meta('inventory.packages-stamp') === stamp && store.meta('inventory.packages') !== undefined) return;
    const packages = await collector.packages();
    if (this.#stopped) return;
    const blocks = packageBlocks(readPackages(store.meta('inventory.packages')), packages);
    store.transaction(() => {
      for (const data of blocks) events.append({ type: 'kanade.inventory.packages-changed.v1', data });
      store.setMeta('inventory.packages', JSON.stringify(packages));
      store.setMeta('inventory.packages-stamp', stamp);
    });
  }

  #tell(name: keyof InventoryFacets, data: Extract<Fact, { type: 'kanade.inventory.changed.v1' }>['data']): void {
    const { store, events, log } = this.#options;
    const digest = sha256Hex(JSON.stringify(data));
    if (store.meta(`inventory.${name}`) === digest) return;
    try {
      store.transaction(() => {
        events.append({ type: 'kanade.inventory.changed.v1', data });
        store.setMeta(`inventory.${name}`, digest);
      });
    } catch (error) {
      log.warn({ err: error, facet: name }, 'a part of the inventory could not be told');
    }
  }

  async #repeat(name: string, everyMs: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.log.warn({ err: error, inventory: name }, 'the inventory could not be taken');
    }
    if (this.#stopped) return;
    this.#timers.set(name, this.#options.clock.after(jittered(everyMs), () => void this.#repeat(name, everyMs, work)));
  }
}

function isPackage(value: unknown): value is InstalledPackage {
  return typeof value === 'object' && value !== null && 'name' in value && 'version' in value && 'architecture' in value && 'source' in value;
}

function readPackages(json: string | undefined): InstalledPackage[] | undefined {
  const value = json === undefined ? undefined : readJson(json);
  return Array.isArray(value) && value.every(isPackage) ? value : undefined;
}
