import type { Invalid, VerifiedHead } from '@kanade/proof';
import type { Connection } from '../sqlite/open.ts';

/** The verifier's own few tables, in a file of their own: it is slower than the fold and must not wait for its transactions. */
export const verifierSchema = `
CREATE TABLE IF NOT EXISTS checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), incarnation TEXT NOT NULL, sequence INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS signers (endpointId TEXT PRIMARY KEY, publicKey TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pastSigners (endpointId TEXT NOT NULL, publicKey TEXT NOT NULL, PRIMARY KEY (endpointId, publicKey)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS heads (endpointId TEXT PRIMARY KEY, hash TEXT NOT NULL, uncoveredFrom INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS invalid (sequence INTEGER PRIMARY KEY, endpointId TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
`;

/** Statements over the verifier's tables. */
export function openVerifierRows(connection: Connection) {
  const checkpoint = connection.prepare<[], { incarnation: string; sequence: number }>('SELECT incarnation, sequence FROM checkpoint');
  const saveCheckpoint = connection.prepare<[string, number]>('REPLACE INTO checkpoint (id, incarnation, sequence) VALUES (1, ?, ?)');
  const signer = connection.prepare<[string], { publicKey: string }>('SELECT publicKey FROM signers WHERE endpointId = ?');
  const saveSigner = connection.prepare<[string, string]>('REPLACE INTO signers (endpointId, publicKey) VALUES (?, ?)');
  const savePastSigner = connection.prepare<[string, string]>('REPLACE INTO pastSigners (endpointId, publicKey) VALUES (?, ?)');
  const pastSigners = connection.prepare<[string], { publicKey: string }>('SELECT publicKey FROM pastSigners WHERE endpointId = ?');
  const head = connection.prepare<[string], VerifiedHead>('SELECT hash, uncoveredFrom FROM heads WHERE endpointId = ?');
  const saveHead = connection.prepare<[string, string, number | null]>('REPLACE INTO heads (endpointId, hash, uncoveredFrom) VALUES (?, ?, ?)');
  const saveInvalid = connection.prepare<[number, string, string]>('INSERT OR IGNORE INTO invalid (sequence, endpointId, reason) VALUES (?, ?, ?)');
  const isInvalid = connection.prepare<[number], { found: number }>('SELECT 1 AS found FROM invalid WHERE sequence = ?');
  const count = connection.prepare<[], { count: number }>('SELECT count(*) AS count FROM invalid');
  const all = connection.prepare<[], Invalid>('SELECT sequence, endpointId, reason FROM invalid ORDER BY sequence');
  return {
    checkpoint: () => checkpoint.get(),
    saveCheckpoint: (incarnation: string, sequence: number) => void saveCheckpoint.run(incarnation, sequence),
    signer: (endpointId: string) => signer.get(endpointId)?.publicKey,
    /** Its key from here on; the one before becomes one of the past. */
    saveSigner: (endpointId: string, publicKey: string) => {
      const before = signer.get(endpointId)?.publicKey;
      if (before !== undefined && before !== publicKey) savePastSigner.run(endpointId, before);
      saveSigner.run(endpointId, publicKey);
    },
    pastSigners: (endpointId: string) => pastSigners.all(endpointId).map(({ publicKey }) => publicKey),
    head: (endpointId: string) => head.get(endpointId),
    saveHead: (endpointId: string, { hash, uncoveredFrom }: VerifiedHead) => void saveHead.run(endpointId, hash, uncoveredFrom),
    saveInvalid: ({ sequence, endpointId, reason }: Invalid) => void saveInvalid.run(sequence, endpointId, reason),
    isInvalid: (sequence: number) => isInvalid.get(sequence) !== undefined,
    invalidCount: () => count.get()?.count ?? 0,
    allInvalid: () => all.all(),
  };
}
