import type { ArchiveDefect } from '@kanade/contracts';
import { RightEdge, eventLeaf, sha256Hex } from '@kanade/proof';
import type { StoredMessage } from '@kanade/proof';
import { ArchiveDamagedError, ArchiveLacksError } from './errors.ts';
import type { ArchiveReader } from './reader.ts';

/** What reading an archive whole came to. */
export interface Examination {
  /** Root of the Merkle tree over all of it, hex; null where anything is missing. */
  readonly root: string | null;
  readonly defects: readonly ArchiveDefect[];
}

/** As many defects are named. */
const mostDefects = 100;

/** An event's leaf in the Merkle tree of the record. */
export const leafOf = ({ body, ...message }: StoredMessage): Buffer => eventLeaf({ ...message, bodyDigest: sha256Hex(body) });

/** The first position behind `position` that the archive has anything at. */
function nextHeld(archive: ArchiveReader, position: number): number {
  const range = archive.ranges().find(({ last }) => last > position);
  return range === undefined ? Infinity : Math.max(range.first, position + 1);
}

function defectOf(archive: ArchiveReader, error: unknown, last: number): ArchiveDefect {
  if (error instanceof ArchiveDamagedError) return { kind: 'damaged', first: error.first, last: Math.min(error.last, last), detail: error.message };
  if (!(error instanceof ArchiveLacksError)) throw error;
  return { kind: 'missing', first: error.position, last: Math.min(nextHeld(archive, error.position) - 1, last), detail: error.message };
}

/** Reads everything up to `last`, and holds each event against the leaf it has in the tree of what was verified. */
export function examineArchive(archive: ArchiveReader, last: number, leafAt: (sequence: number) => Uint8Array): Examination {
  const defects: ArchiveDefect[] = [];
  const edge = new RightEdge();
  for (let next = 1; next <= last && defects.length < mostDefects; ) {
    try {
      for (const messages of archive.read({ first: next, last })) {
        for (const message of messages) {
          const leaf = leafOf(message);
          edge.append(leaf);
          next = message.sequence + 1;
          if (leaf.equals(leafAt(message.sequence)) || defects.length >= mostDefects) continue;
          defects.push({ kind: 'altered', first: message.sequence, last: message.sequence, detail: `event ${message.sequence} is not the one that was verified` });
        }
      }
    } catch (error) {
      const defect = defectOf(archive, error, last);
      defects.push({ ...defect, first: next });
      next = defect.last + 1;
    }
  }
  return { root: edge.size === last ? Buffer.from(edge.root()).toString('hex') : null, defects };
}
