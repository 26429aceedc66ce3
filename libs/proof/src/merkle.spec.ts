import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consistencyPath, emptyRoot, isConsistent, leafHash, pathTo, rootFrom, rootOf, subtreesOf, treeRoot } from './merkle.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Buffer => Buffer.from(text, 'hex');

// The leaves, roots and proofs that implementations of RFC 6962 and RFC 9162 are tested with.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((text) => leafHash(bytes(text)));
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('a tree of the standard’s leaves', () => {
  const subtrees = subtreesOf(leaves);

  it('has the standard’s roots', () => {
    expect(roots.map((_, size) => hex(treeRoot(subtrees, size)))).toEqual(roots);
  });

  it('has the standard’s inclusion proofs', () => {
    const path = (index: number, size: number): string[] => pathTo(subtrees, { start: index, end: index + 1 }, size).map(hex);
    expect(path(0, 8)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(path(5, 8)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(path(2, 3)).toEqual(['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']);
  });

  it('has the standard’s consistency proofs', () => {
    const path = (first: number, second: number): string[] => consistencyPath(subtrees, first, second).map(hex);
    expect(path(1, 1)).toEqual([]);
    expect(path(1, 8)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(path(6, 8)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(path(2, 5)).toEqual([
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ]);
  });

  it('is empty as the standard says', () => {
    expect(hex(emptyRoot)).toBe(roots[0]);
  });
});

describe('any tree', () => {
  const tree = fc.integer({ min: 1, max: 700 }).map((size) => Array.from({ length: size }, (_, index) => leafHash(`leaf ${index}`)));
  const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

  it('proves each leaf, and no other in its place', () => {
    fc.assert(
      fc.property(tree, share, share, (all, where, other) => {
        const index = Math.floor(where * all.length);
        const start = { start: index, end: index + 1 };
        const path = pathTo(subtreesOf(all), start, all.length);
        const root = hex(rootOf(all));
        const from = (leaf: Uint8Array, at = start): string => hex(rootFrom(leaf, at, all.length, path) ?? Buffer.alloc(0));
        expect(from(all[index] ?? emptyRoot)).toBe(root);
        expect(from(leafHash('another'))).not.toBe(root);
        const elsewhere = Math.floor(other * all.length);
        if (elsewhere !== index) expect(from(all[index] ?? emptyRoot, { start: elsewhere, end: elsewhere + 1 })).not.toBe(root);
      }),
    );
  });

  it('proves whole tiles of its leaves, the last one however narrow', () => {
    fc.assert(
      fc.property(tree, share, (all, where) => {
        const start = Math.floor((where * all.length) / 256) * 256;
        const range = { start, end: Math.min(all.length, start + 256) };
        const path = pathTo(subtreesOf(all), range, all.length);
        expect(hex(rootFrom(rootOf(all.slice(start, range.end)), range, all.length, path) ?? Buffer.alloc(0))).toBe(hex(rootOf(all)));
      }),
    );
  });

  it('proves each of its beginnings, and nothing else as one', () => {
    fc.assert(
      fc.property(tree, share, (all, where) => {
        const first = Math.floor(where * (all.length + 1));
        const path = consistencyPath(subtreesOf(all), first, all.length);
        const second = { size: all.length, root: rootOf(all) };
        expect(isConsistent({ size: first, root: rootOf(all.slice(0, first)) }, second, path)).toBe(true);
        expect(isConsistent({ size: first, root: leafHash('another') }, second, path)).toBe(false);
        expect(isConsistent({ size: first, root: rootOf(all.slice(0, first)) }, { ...second, root: leafHash('another') }, path)).toBe(first === 0);
        expect(isConsistent({ size: first, root: rootOf(all.slice(0, first)) }, second, [...path, emptyRoot])).toBe(false);
      }),
    );
  });

  it('refuses what is no node of it', () => {
    const all = Array.from({ length: 6 }, (_, index) => leafHash(String(index)));
    expect(() => pathTo(subtreesOf(all), { start: 1, end: 3 }, 6)).toThrow('1 to 3 is no node');
    expect(rootFrom(emptyRoot, { start: 1, end: 3 }, 6, [])).toBeUndefined();
    expect(rootFrom(emptyRoot, { start: 6, end: 7 }, 6, [])).toBeUndefined();
    expect(() => consistencyPath(subtreesOf(all), 7, 6)).toThrow('no beginning');
  });
});
