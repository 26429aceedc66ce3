import type { InstalledPackage } from '@kanade/messages';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packageBlocks } from './package-diff.ts';

const packageOf = (name: string, version = '1'): InstalledPackage => ({ name, version, architecture: 'amd64', source: 'dpkg' });

/** What a reader of the blocks ends up with. */
function fold(before: readonly InstalledPackage[], blocks: ReturnType<typeof packageBlocks>): string[] {
  const known = new Map(before.map((item) => [item.name, item.version]));
  for (const { reset, removed, present } of blocks) {
    if (reset) known.clear();
    for (const { name } of removed) known.delete(name);
    for (const { name, version } of present) known.set(name, version);
  }
  return [...known].map(([name, version]) => `${name} ${version}`).sort();
}

const installed = fc.uniqueArray(fc.record({ name: fc.stringMatching(/^[a-e]{1,2}$/), version: fc.constantFrom('1', '2') }), { selector: ({ name }) => name });

test('the blocks turn what was told into what is', () => {
  fc.assert(
    fc.property(fc.option(installed, { nil: undefined }), installed, (before, now) => {
      const then = before?.map(({ name, version }) => packageOf(name, version));
      const here = now.map(({ name, version }) => packageOf(name, version));
      expect(fold(then ?? [packageOf('stale')], packageBlocks(then, here))).toEqual(here.map(({ name, version }) => `${name} ${version}`).sort());
    }),
  );
});

test('nothing is said when nothing changed, and no more than 1,000 at once', () => {
  const many = Array.from({ length: 2500 }, (_, index) => packageOf(`package-${index}`));
  expect(packageBlocks(many, many)).toEqual([]);
  expect(packageBlocks(undefined, many).map(({ reset, present }) => [reset, present.length])).toEqual([[true, 1000], [false, 1000], [false, 500]]);
  expect(packageBlocks(many, []).map(({ removed }) => removed.length)).toEqual([1000, 1000, 500]);
});
