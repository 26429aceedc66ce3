/** `key` is the position of a job's first version; `position` that of the version that counts. */
export const jobsSchema = `
CREATE TABLE jobs (
  key INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL,
  version TEXT NOT NULL,
  description TEXT NOT NULL,
  shell TEXT NOT NULL, -- Shell
  timeoutMs INTEGER NOT NULL,
  runAs TEXT NOT NULL, -- RunAs
  cwd TEXT,
  scriptDigest TEXT NOT NULL,
  scriptBytes INTEGER NOT NULL,
  appliedAt TEXT NOT NULL,
  appliedBy TEXT NOT NULL,
  eventId TEXT NOT NULL,
  privateDigest TEXT,
  secrets TEXT NOT NULL
) STRICT;
CREATE INDEX jobsWithSecrets ON jobs (id) WHERE secrets != '[]';

CREATE TABLE jobVersions (
  position INTEGER NOT NULL PRIMARY KEY,
  jobKey INTEGER NOT NULL,
  version TEXT NOT NULL,
  appliedAt TEXT NOT NULL,
  appliedBy TEXT NOT NULL
) STRICT;
CREATE INDEX jobVersionsByJob ON jobVersions (jobKey);
`;
