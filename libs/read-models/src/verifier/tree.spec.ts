import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventLeaf, leafHash, pathTo, rootOf, sha256Hex, subtreesOf, treeRoot } from '@kanade/proof';
import { openForWriting } from '../sqlite/open.ts';
import { TestHistory, enrol } from '../testing/index.ts';
import { openSubtrees, openTreeWriter, treeSchema } from './tree-rows.ts';
import { openVerdicts, openVerifier } from './verifier.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kanade-tree-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the tree in a file', () => {
  // More than one tile of the second level, and ends inside tiles of both.
  const leaves = Array.from({ length: 66_000 }, (_, index) => leafHash(String(index)));

  it('is that of its leaves at every size, however it was written', () => {
    const connection = openForWriting(join(directory, 'tree.sqlite'));
    connection.exec(treeSchema);
    let size = 0;
    for (const step of [1, 254, 1, 1, 300, 20_000, 45_000, 443]) {
      // As after a restart: each part by a writer that reads what the one before has left.
      const writer = openTreeWriter(connection, size);
      for (const leaf of leaves.slice(size, size + step)) writer.append(leaf);
      writer.save();
      size += step;
    }
    const [stored, known] = [openSubtrees(connection), subtreesOf(leaves)];
    for (const at of [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 65_999, 66_000]) {
      expect(hex(treeRoot(stored, at))).toBe(hex(treeRoot(known, at)));
      expect(pathTo(stored, { start: at - 1, end: at }, 66_000).map(hex)).toEqual(pathTo(known, { start: at - 1, end: at }, 66_000).map(hex));
    }
    expect(() => stored(0, 66_000)).toThrow('does not reach');
    connection.close();
  });

  it('grows with the verifier, one leaf an event', () => {
    const history = new TestHistory();
    const options = { incarnation: '0badcafe', verifyControl: () => undefined, verifySignature: () => true, keyId: (key: string) => key };
    enrol(history, 'e1');
    enrol(history, 'e2');
    const verifier = openVerifier(directory, options);
    verifier.verify(history.events);
    verifier.close();
    const again = openVerifier(directory, options);
    const third = enrol(history, 'e3');
    again.verify([third]);
    const verdicts = openVerdicts(directory);
    expect(verdicts.reached()).toEqual({ incarnation: '0badcafe', sequence: 3 });
    const expected = history.events.map((message) => eventLeaf({ ...message, bodyDigest: sha256Hex(message.body) }));
    expect(hex(treeRoot(verdicts.subtrees, 3))).toBe(hex(rootOf(expected)));
    verdicts.close();
    again.close();
  });

  it('is begun anew where the verifier’s file has none', () => {
    const options = { incarnation: '0badcafe', verifyControl: () => undefined, verifySignature: () => true, keyId: (key: string) => key };
    const verifier = openVerifier(directory, options);
    verifier.verify([enrol(new TestHistory(), 'e1')]);
    verifier.close();
    const connection = openForWriting(join(directory, 'verifier.sqlite'));
    connection.exec('DELETE FROM tiles');
    connection.close();
    const again = openVerifier(directory, options);
    expect(again.sameHistory).toBe(false);
    again.close();
  });
});
