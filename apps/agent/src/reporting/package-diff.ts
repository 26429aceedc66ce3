import type { InstalledPackage, InventoryPackagesChanged } from '@kanade/messages';

type Block = InventoryPackagesChanged['data'];
type PackageKey = Pick<InstalledPackage, 'name' | 'architecture' | 'source'>;

/** The most packages one event carries. */
const blockSize = 1000;

const keyOf = ({ source, name, architecture }: PackageKey) => JSON.stringify([source, name, architecture]);

function* slices<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += blockSize) yield items.slice(start, start + blockSize);
}

/** The events that turn `before` (undefined: nothing is known) into `now`; none when nothing changed. */
export function packageBlocks(before: readonly InstalledPackage[] | undefined, now: readonly InstalledPackage[]): Block[] {
  if (!before) {
    const blocks = [...slices(now)].map((present, index) => ({ reset: index === 0, present, removed: [] }));
    return blocks.length > 0 ? blocks : [{ reset: true, present: [], removed: [] }];
  }
  const old = new Map(before.map((item) => [keyOf(item), item]));
  const current = new Set(now.map(keyOf));
  const present = now.filter((item) => old.get(keyOf(item))?.version !== item.version);
  const removed = before
    .filter((item) => !current.has(keyOf(item)))
    .map(({ name, architecture, source }) => ({ name, architecture, source }));
  // Removals first, so that no block in between shows more than there ever was.
  return [
    ...[...slices(removed)].map((gone) => ({ reset: false, present: [], removed: gone })),
    ...[...slices(present)].map((here) => ({ reset: false, present: here, removed: [] })),
  ];
}
