/**
 * One entry per version of agent.sqlite, append-only.
 * Every table an agent acts upon carries a `mac`: a row somebody else wrote is reported and left alone.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE commands (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, seenAt INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX commandsBySeenAt ON commands (seenAt);

  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    runId TEXT NOT NULL UNIQUE,
    executionId TEXT NOT NULL,
    state TEXT NOT NULL,
    commandSequence INTEGER NOT NULL,
    supersedeKey TEXT,
    expiresAt INTEGER NOT NULL,
    command BLOB NOT NULL,
    changedAt INTEGER NOT NULL,
    mac TEXT NOT NULL
  );
  CREATE INDEX runsByState ON runs (state, commandSequence);
  CREATE INDEX runsByChangedAt ON runs (changedAt);

  CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    body BLOB NOT NULL,
    waitsForRun TEXT,
    streamSequence INTEGER,
    ackedAt INTEGER,
    mac TEXT NOT NULL
  );
  CREATE UNIQUE INDEX eventsByChain ON events (epoch, sequence);
  CREATE INDEX eventsPending ON events (number) WHERE ackedAt IS NULL;
  CREATE INDEX eventsByAckedAt ON events (ackedAt) WHERE ackedAt IS NOT NULL;

  CREATE TABLE chunks (
    number INTEGER PRIMARY KEY,
    runId TEXT NOT NULL,
    stream TEXT NOT NULL,
    n INTEGER NOT NULL,
    position INTEGER NOT NULL,
    salt TEXT NOT NULL,
    bytes BLOB NOT NULL,
    size INTEGER NOT NULL,
    sealed INTEGER NOT NULL,
    ackedAt INTEGER
  );
  CREATE UNIQUE INDEX chunksByPlace ON chunks (runId, stream, n);
  CREATE INDEX chunksPending ON chunks (number) WHERE ackedAt IS NULL AND sealed = 1;
  CREATE INDEX chunksByAckedAt ON chunks (ackedAt) WHERE ackedAt IS NOT NULL;
  `,
];
