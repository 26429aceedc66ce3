/**
 * One narrow row per event of the history. `source` is null for what an endpoint wrote itself: `endpoint/<id>` says it. `siteKey` is the site
 * of the endpoint it is about when it was recorded, or that of an execution that has runs on one site only; null for what is about more.
 */
export const eventsSchema = `
CREATE TABLE events (
  position INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  typeKey INTEGER NOT NULL,
  source TEXT,
  endpointKey INTEGER,
  executionKey INTEGER,
  siteKey INTEGER,
  principal TEXT,
  recordedAt INTEGER NOT NULL,
  time TEXT NOT NULL
) STRICT;
CREATE INDEX eventsOfControl ON events (id) WHERE source IS NOT NULL;
CREATE INDEX eventsByType ON events (typeKey);
CREATE INDEX eventsByEndpoint ON events (endpointKey) WHERE endpointKey IS NOT NULL;
CREATE INDEX eventsBySite ON events (siteKey) WHERE siteKey IS NOT NULL;
CREATE INDEX eventsByPrincipal ON events (principal) WHERE principal IS NOT NULL;
CREATE INDEX eventsByExecution ON events (executionKey) WHERE executionKey IS NOT NULL;

CREATE TABLE eventTypes (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
`;
