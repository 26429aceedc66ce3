import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventLeaf, openJudge, sha256Hex } from '@kanade/proof';
import type { Invalid, JudgeOptions, Subtrees } from '@kanade/proof';
import type { StoredMessage } from '../fold/message.ts';
import { openForReading, openForWriting } from '../sqlite/open.ts';
import type { Connection } from '../sqlite/open.ts';
import { openVerifierRows, verifierSchema } from './rows.ts';
import { openSubtrees, openTreeWriter, treeSchema } from './tree-rows.ts';

export type { Invalid } from '@kanade/proof';

export interface VerifierOptions extends JudgeOptions {
  /** 8 hex digits naming the history that is verified. */
  readonly incarnation: string;
}

/** Verifies endpoint signatures behind the fold, and grows the tree over the record, with a checkpoint of its own. */
export interface Verifier {
  /** Sequence up to which everything has been verified. */
  readonly checkpoint: number;
  /** False when the file belongs to another history, or has no tree yet, and must be deleted. */
  readonly sameHistory: boolean;
  /** Verifies the next events; returns those whose signature does not hold. */
  verify(messages: readonly StoredMessage[]): Invalid[];
  invalidCount(): number;
  close(): void;
}

/** Where the verifier keeps what it knows. */
export const verifierFile = (directory: string): string => join(directory, 'verifier.sqlite');

function open(directory: string): Connection {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const connection = openForWriting(verifierFile(directory));
  connection.exec(`${verifierSchema}${treeSchema}`);
  return connection;
}

/** A file of before there was a tree has its checkpoint and no leaves. */
function reachesTo(connection: Connection, sequence: number): boolean {
  if (sequence === 0) return true;
  try {
    openSubtrees(connection)(0, sequence - 1);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Opens (or makes) the verifier's file in a directory. */
export function openVerifier(directory: string, options: VerifierOptions): Verifier {
  const connection = open(directory);
  const rows = openVerifierRows(connection);
  const judge = openJudge(rows, options);
  const known = rows.checkpoint();
  const usable = known === undefined || (known.incarnation === options.incarnation && reachesTo(connection, known.sequence));
  const tree = openTreeWriter(connection, usable ? (known?.sequence ?? 0) : 0);
  let checkpoint = known?.sequence ?? 0;
  const verifyAll = connection.transaction((messages: readonly StoredMessage[]): Invalid[] => {
    const invalid = messages.flatMap((message) => {
      const bodyDigest = sha256Hex(message.body);
      tree.append(eventLeaf({ ...message, bodyDigest }));
      return judge(message, bodyDigest);
    });
    tree.save();
    for (const one of invalid) rows.saveInvalid(one);
    const last = messages.at(-1);
    if (last !== undefined) rows.saveCheckpoint(options.incarnation, last.sequence);
    return invalid;
  });
  return {
    get checkpoint() {
      return checkpoint;
    },
    sameHistory: usable,
    verify(messages) {
      const invalid = verifyAll.immediate(messages);
      checkpoint = messages.at(-1)?.sequence ?? checkpoint;
      return invalid;
    },
    invalidCount: () => rows.invalidCount(),
    close: () => void connection.close(),
  };
}

/** Deletes the verifier's file: it begins anew. */
export function deleteVerifier(directory: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${verifierFile(directory)}${suffix}`, { force: true });
}

/** What the verifier has found, read beside it. */
export interface Verdicts {
  verdict(sequence: number): 'valid' | 'invalid' | 'pending';
  /** Every event found invalid, oldest first. */
  invalid(): Invalid[];
  /** Which history is verified and how far: as many leaves has the tree. */
  reached(): { readonly incarnation: string; readonly sequence: number } | undefined;
  /** The complete parts of the tree over the record. */
  readonly subtrees: Subtrees;
  close(): void;
}

/** Opens the verifier's file for reading; it must exist. */
export function openVerdicts(directory: string): Verdicts {
  const connection = openForReading(verifierFile(directory));
  const rows = openVerifierRows(connection);
  return {
    verdict(sequence) {
      if (rows.isInvalid(sequence)) return 'invalid';
      return sequence <= (rows.checkpoint()?.sequence ?? 0) ? 'valid' : 'pending';
    },
    invalid: () => rows.allInvalid(),
    reached: () => rows.checkpoint(),
    subtrees: openSubtrees(connection),
    close: () => void connection.close(),
  };
}
