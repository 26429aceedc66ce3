/**
 * Sites by small numbers: what is of a site carries its number. Made by the first thing that names it; `createdAt` is null as long as nobody
 * said that it is one, and `executionSites` tells on which sites an execution has runs, each since a position.
 */
export const sitesSchema = `
CREATE TABLE sites (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  listed INTEGER NOT NULL,
  createdAt TEXT,
  createdBy TEXT
) STRICT;
INSERT INTO sites (name, listed) VALUES ('default', 1);

CREATE TABLE executionSites (
  executionKey INTEGER NOT NULL,
  siteKey INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (executionKey, siteKey)
) STRICT, WITHOUT ROWID;
CREATE INDEX executionSitesBySite ON executionSites (siteKey, executionKey);
`;
