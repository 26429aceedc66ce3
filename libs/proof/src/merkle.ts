import { hash } from 'node:crypto';

/** SHA-256 over 0x00 and a leaf's bytes, as RFC 9162 has it. */
export function leafHash(bytes: Uint8Array | string): Buffer {
  const body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  const prefixed = Buffer.allocUnsafe(body.length + 1);
  prefixed[0] = 0;
  prefixed.set(body, 1);
  return hash('sha256', prefixed, 'buffer');
}

/** SHA-256 over 0x01 and two hashes: the node above them. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const prefixed = Buffer.allocUnsafe(65);
  prefixed[0] = 1;
  prefixed.set(left, 1);
  prefixed.set(right, 33);
  return hash('sha256', prefixed, 'buffer');
}

/** The root of a tree without leaves. */
export const emptyRoot: Uint8Array = hash('sha256', '', 'buffer');

/** The complete parts of a tree: the hash of the 2^height leaves that begin at leaf index × 2^height. */
export type Subtrees = (height: number, index: number) => Uint8Array;

/** Leaves from `start` to before `end`. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** Where RFC 9162 divides so many leaves: the largest power of two below; a number and its height. */
function divide(leaves: number): { readonly at: number; readonly height: number } {
  let at = 1;
  let height = 0;
  while (at * 2 < leaves) {
    at *= 2;
    height += 1;
  }
  return { at, height };
}

/** The hash over a range that is a node of the tree. */
function rangeHash(subtrees: Subtrees, { start, end }: LeafRange): Uint8Array {
  const leaves = end - start;
  if (leaves === 1) return subtrees(0, start);
  const { at, height } = divide(leaves);
  if (at * 2 === leaves && start % leaves === 0) return subtrees(height + 1, start / leaves);
  return nodeHash(rangeHash(subtrees, { start, end: start + at }), rangeHash(subtrees, { start: start + at, end }));
}

/** The root of the first `size` leaves. */
export function treeRoot(subtrees: Subtrees, size: number): Uint8Array {
  return size === 0 ? emptyRoot : rangeHash(subtrees, { start: 0, end: size });
}

/** The hashes that lead from a node of the tree of `size` leaves to its root, lowest first; of one leaf, RFC 9162's inclusion proof. */
export function pathTo(subtrees: Subtrees, { start, end }: LeafRange, size: number): Uint8Array[] {
  const path: Uint8Array[] = [];
  let [low, high] = [0, size];
  while (low !== start || high !== end) {
    const { at } = divide(high - low);
    const middle = low + at;
    if (high - low < 2 || (start < middle && end > middle)) throw new RangeError(`${start} to ${end} is no node of a tree of ${size} leaves`);
    if (end <= middle) {
      path.push(rangeHash(subtrees, { start: middle, end: high }));
      high = middle;
    } else {
      path.push(rangeHash(subtrees, { start: low, end: middle }));
      low = middle;
    }
  }
  return path.reverse();
}

/** The root a path leads to from a node with this hash; undefined when the path does not fit the place. */
export function rootFrom(node: Uint8Array, { start, end }: LeafRange, size: number, path: readonly Uint8Array[]): Uint8Array | undefined {
  if (start < 0 || end <= start || end > size) return undefined;
  const isRight: boolean[] = [];
  let [low, high] = [0, size];
  while (low !== start || high !== end) {
    const middle = low + divide(high - low).at;
    if (high - low < 2 || (start < middle && end > middle)) return undefined;
    isRight.push(start >= middle);
    if (start >= middle) low = middle;
    else high = middle;
  }
  if (path.length !== isRight.length || path.some((hashed) => hashed.length !== 32)) return undefined;
  isRight.reverse();
  return path.reduce((below, beside, index) => (isRight[index] === true ? nodeHash(beside, below) : nodeHash(below, beside)), node);
}

/** RFC 9162's proof that the tree of `first` leaves is the beginning of that of `second`. */
export function consistencyPath(subtrees: Subtrees, first: number, second: number): Uint8Array[] {
  if (first < 0 || first > second) throw new RangeError(`${first} leaves are no beginning of ${second}`);
  const path: Uint8Array[] = [];
  const walk = (leaves: number, { start, end }: LeafRange, whole: boolean): void => {
    if (leaves === end - start) {
      if (!whole) path.push(rangeHash(subtrees, { start, end }));
      return;
    }
    const middle = start + divide(end - start).at;
    if (leaves <= middle - start) {
      walk(leaves, { start, end: middle }, whole);
      path.push(rangeHash(subtrees, { start: middle, end }));
    } else {
      walk(leaves - (middle - start), { start: middle, end }, false);
      path.push(rangeHash(subtrees, { start, end: middle }));
    }
  };
  if (first > 0) walk(first, { start: 0, end: second }, true);
  return path;
}

/** A tree as a checkpoint knows it. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** True when the path proves that the first tree is the beginning of the second. */
export function isConsistent(first: TreeHead, second: TreeHead, path: readonly Uint8Array[]): boolean {
  if (first.size > second.size || path.some((hashed) => hashed.length !== 32)) return false;
  if (first.size === 0) return path.length === 0 && Buffer.compare(first.root, emptyRoot) === 0;
  let used = 0;
  const next = (): Uint8Array => path[used++] ?? emptyRoot;
  const walk = (leaves: number, { start, end }: LeafRange, whole: boolean): readonly [Uint8Array, Uint8Array] => {
    if (leaves === end - start) {
      const hashed = whole ? first.root : next();
      return [hashed, hashed];
    }
    const middle = start + divide(end - start).at;
    if (leaves <= middle - start) {
      const [before, after] = walk(leaves, { start, end: middle }, whole);
      return [before, nodeHash(after, next())];
    }
    const [before, after] = walk(leaves - (middle - start), { start: middle, end }, false);
    const left = next();
    return [nodeHash(left, before), nodeHash(left, after)];
  };
  const [before, after] = walk(first.size, { start: 0, end: second.size }, true);
  return used === path.length && Buffer.compare(before, first.root) === 0 && Buffer.compare(after, second.root) === 0;
}

/** The complete parts of a tree whose leaves are all at hand; what was once computed is kept. */
export function subtreesOf(leaves: readonly Uint8Array[]): Subtrees {
  const levels: (Uint8Array | undefined)[][] = [];
  const at = (height: number, index: number): Uint8Array => {
    if (height === 0) {
      const leaf = leaves[index];
      if (leaf === undefined) throw new RangeError(`there is no leaf ${index}`);
      return leaf;
    }
    const level = (levels[height] ??= []);
    return (level[index] ??= nodeHash(at(height - 1, index * 2), at(height - 1, index * 2 + 1)));
  };
  return at;
}

/** The root over some leaf hashes. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  return treeRoot(subtreesOf(leaves), leaves.length);
}
