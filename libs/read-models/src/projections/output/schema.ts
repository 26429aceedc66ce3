/** What scripts printed, apart from every row a list reads; `sequence` is that of KANADE_OUTPUT, `stream` 0 for stdout and 1 for stderr. */
export const outputSchema = `
CREATE TABLE chunks (
  sequence INTEGER NOT NULL PRIMARY KEY,
  runKey INTEGER NOT NULL,
  stream INTEGER NOT NULL,
  chunk INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  size INTEGER NOT NULL,
  recordedAt INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX chunksByRun ON chunks (runKey, stream, chunk);
`;
