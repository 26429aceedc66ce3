import { nodeHash, subtreesOf } from '@kanade/proof';
import type { Subtrees } from '@kanade/proof';
import type { Connection } from '../sqlite/open.ts';

/** A tile holds up to 256 neighbouring hashes of one level; the levels are eight heights of the tree apart, so that a path needs a few tiles only. */
const tileWidth = 256;
const heightsOfTile = 8;
const hashBytes = 32;
/** Tiles whose inner nodes are kept computed; each takes about 50 KB. */
const maxOpenTiles = 64;

/** The tree over the record; complete parts only, for what is not complete changes with every event. */
export const treeSchema = `
CREATE TABLE IF NOT EXISTS tiles (place INTEGER PRIMARY KEY, hashes BLOB NOT NULL) STRICT;
`;

const placeOf = (level: number, number: number): number => level * 2 ** 40 + number;

interface OpenTile {
  number: number;
  count: number;
  readonly hashes: Buffer;
  changed: boolean;
}

const hashesIn = (tile: Uint8Array): Uint8Array[] => Array.from({ length: tile.length / hashBytes }, (_, index) => tile.subarray(index * hashBytes, (index + 1) * hashBytes));

function tileRoot(tile: Uint8Array): Uint8Array {
  let level = hashesIn(tile);
  while (level.length > 1) {
    const below = level;
    level = Array.from({ length: below.length / 2 }, (_, index) => nodeHash(below[index * 2] ?? tile, below[index * 2 + 1] ?? tile));
  }
  return level[0] ?? tile;
}

/** The right edge of the tree, appended to leaf by leaf; `save` writes what has changed, in the caller's transaction. */
export function openTreeWriter(connection: Connection, size: number) {
  const read = connection.prepare<[number], { hashes: Buffer }>('SELECT hashes FROM tiles WHERE place = ?');
  const write = connection.prepare<[number, Buffer]>('REPLACE INTO tiles (place, hashes) VALUES (?, ?)');

  const openTile = (level: number): OpenTile => {
    const hashes = Math.floor(size / tileWidth ** level);
    const number = Math.floor(hashes / tileWidth);
    const count = hashes % tileWidth;
    const tile = { number, count, hashes: Buffer.alloc(tileWidth * hashBytes), changed: false };
    const known = count === 0 ? undefined : read.get(placeOf(level, number))?.hashes;
    if (count > 0 && known?.length !== count * hashBytes) throw new RangeError(`the tree lacks tile ${number} of level ${level}`);
    known?.copy(tile.hashes);
    return tile;
  };
  const tiles = [openTile(0)];
  while (tileWidth ** tiles.length <= size) tiles.push(openTile(tiles.length));

  const put = (level: number, { number, count, hashes }: OpenTile): void => void write.run(placeOf(level, number), hashes.subarray(0, count * hashBytes));

  const append = (level: number, hash: Uint8Array): void => {
    const tile = (tiles[level] ??= { number: 0, count: 0, hashes: Buffer.alloc(tileWidth * hashBytes), changed: false });
    tile.hashes.set(hash, tile.count * hashBytes);
    tile.count += 1;
    tile.changed = true;
    if (tile.count < tileWidth) return;
    put(level, tile);
    append(level + 1, tileRoot(tile.hashes));
    tile.number += 1;
    tile.count = 0;
    tile.changed = false;
  };

  return {
    append: (leaf: Uint8Array) => append(0, leaf),
    save: () => {
      for (const [level, tile] of tiles.entries()) {
        if (tile.changed) put(level, tile);
        tile.changed = false;
      }
    },
  };
}

/** Reads the complete parts of the tree; what stands in it never changes, so that what was read is kept. */
export function openSubtrees(connection: Connection): Subtrees {
  const read = connection.prepare<[number], { hashes: Buffer }>('SELECT hashes FROM tiles WHERE place = ?');
  const open = new Map<number, { readonly count: number; readonly subtrees: Subtrees }>();

  const tileWith = (place: number, count: number): Subtrees => {
    const known = open.get(place);
    if (known !== undefined && known.count >= count) return known.subtrees;
    const hashes = hashesIn(read.get(place)?.hashes ?? Buffer.alloc(0));
    if (hashes.length < count) throw new RangeError('the tree does not reach that far');
    if (open.size >= maxOpenTiles) open.clear();
    const subtrees = subtreesOf(hashes);
    open.set(place, { count: hashes.length, subtrees });
    return subtrees;
  };

  return (height, index) => {
    const level = Math.floor(height / heightsOfTile);
    const inner = height % heightsOfTile;
    const wide = 2 ** inner;
    const number = Math.floor((index * wide) / tileWidth);
    const place = index - (number * tileWidth) / wide;
    return tileWith(placeOf(level, number), (place + 1) * wide)(inner, place);
  };
}
