/** Largest number of targets, commands or runs one event names. */
export const maxBlock = 1000;

/** Cuts a list into blocks of at most `size`, in order; no block for an empty list. */
export function blocks<Item>(items: readonly Item[], size: number = maxBlock): Item[][] {
  const result: Item[][] = [];
  for (let start = 0; start < items.length; start += size) result.push(items.slice(start, start + size));
  return result;
}
