/** One narrow row per event of the history. `source` is null for what an endpoint wrote itself: `endpoint/<id>` says it. */
export const eventsSchema = `
CREATE TABLE events (
  position INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  typeKey INTEGER NOT NULL,
  source TEXT,
  endpointKey INTEGER,
  executionKey INTEGER,
  principal TEXT,
  recordedAt INTEGER NOT NULL,
  time TEXT NOT NULL
) STRICT;
CREATE INDEX eventsByType ON events (typeKey);
CREATE INDEX eventsByEndpoint ON events (endpointKey) WHERE endpointKey IS NOT NULL;
CREATE INDEX eventsByExecution ON events (executionKey) WHERE executionKey IS NOT NULL;

CREATE TABLE eventTypes (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
`;
