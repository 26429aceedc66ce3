/**
 * What people and tokens did, and what was refused: one row per event of theirs, at its position. `account` is the account behind the
 * principal, `targetName` what the thing was called then, `searchText` everything somebody may look for, in small letters.
 */
export const auditSchema = `
CREATE TABLE audit (
  position INTEGER NOT NULL PRIMARY KEY,
  typeKey INTEGER NOT NULL,
  principal TEXT NOT NULL,
  account TEXT,
  name TEXT NOT NULL,
  remoteAddress TEXT,
  interface TEXT, -- Interface
  refused INTEGER NOT NULL,
  operation TEXT,
  code TEXT,
  count INTEGER NOT NULL,
  targetKind TEXT NOT NULL,
  targetId TEXT,
  targetName TEXT,
  targetCount INTEGER,
  scriptDigest TEXT,
  searchText TEXT NOT NULL
) STRICT;
CREATE INDEX auditByAccount ON audit (account) WHERE account IS NOT NULL;
CREATE INDEX auditByPrincipal ON audit (principal);
CREATE INDEX auditByType ON audit (typeKey);
CREATE INDEX auditByOutcome ON audit (refused);
CREATE INDEX auditByInterface ON audit (interface);
CREATE INDEX auditByAddress ON audit (remoteAddress);
CREATE INDEX auditByTarget ON audit (targetId) WHERE targetId IS NOT NULL;
`;
