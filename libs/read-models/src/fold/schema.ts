/** Tables of the fold itself. What is poison concerns the endpoint and the execution that the index of the history gives it, if any. `chains` has the end of each endpoint's chain and what it has stored on its newest day (days since 1970, UTC), in one row because both change with every event. A comment after a column names its TypeScript type where SQL's is too wide; the generated table types read it. */
export const foldSchema = `
CREATE TABLE checkpoints (
  stream TEXT NOT NULL PRIMARY KEY,
  incarnation TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL,
  recordedAt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE poison (
  stream TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  subject TEXT NOT NULL,
  recordedAt INTEGER NOT NULL,
  size INTEGER NOT NULL,
  endpointKey INTEGER,
  executionKey INTEGER,
  bytes BLOB NOT NULL,
  PRIMARY KEY (stream, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX poisonByEndpoint ON poison (endpointKey, stream, sequence) WHERE endpointKey IS NOT NULL;
CREATE INDEX poisonByExecution ON poison (executionKey, stream, sequence) WHERE executionKey IS NOT NULL;

CREATE TABLE chains (
  endpointKey INTEGER NOT NULL PRIMARY KEY,
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL,
  recordedAt INTEGER NOT NULL,
  day INTEGER NOT NULL,
  events INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE epochs (
  endpointKey INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  position INTEGER NOT NULL,
  recordedAt INTEGER NOT NULL,
  PRIMARY KEY (endpointKey, epoch)
) STRICT, WITHOUT ROWID;
`;
