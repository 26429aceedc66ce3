/** `key` is the position of the endpoint's enrolment, `keyedFrom` that of the keys it has now, `fromPosition` that from which a row says what it says (presence and inventory apart); `revokedKeys` are those that may never sign in again. Columns of the inventory are apart: lists never read them. */
export const endpointsSchema = `
CREATE TABLE endpoints (
  key INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  searchName TEXT NOT NULL,
  nameSince TEXT NOT NULL,
  alias TEXT,
  searchAlias TEXT,
  standing TEXT NOT NULL, -- EndpointStanding
  standingAt TEXT NOT NULL,
  standingReason TEXT,
  status TEXT NOT NULL, -- EndpointStatus
  osFamily TEXT NOT NULL, -- OsFamily
  osName TEXT NOT NULL,
  osVersion TEXT NOT NULL,
  osArchitecture TEXT NOT NULL,
  agentVersion TEXT NOT NULL,
  site TEXT NOT NULL,
  simulated INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  quarantineReason TEXT,
  conflictReason TEXT,
  heldCause TEXT, -- HoldCause
  heldDetail TEXT,
  heldSince TEXT,
  heldUntil TEXT,
  enrolledAt TEXT NOT NULL,
  shells TEXT NOT NULL,
  nkey TEXT NOT NULL UNIQUE,
  signingKey TEXT NOT NULL,
  sealingKey TEXT NOT NULL,
  keyedFrom INTEGER NOT NULL,
  fromPosition INTEGER NOT NULL,
  observedAt TEXT,
  inventoryChangedAt TEXT,
  packageCount INTEGER NOT NULL,
  erasedAt INTEGER,
  erasedPosition INTEGER
) STRICT;
CREATE INDEX endpointsErased ON endpoints (key) WHERE erasedPosition IS NOT NULL;
CREATE INDEX endpointsByName ON endpoints (searchName, key);
CREATE INDEX endpointsQuarantined ON endpoints (key) WHERE quarantined = 1;
CREATE INDEX endpointsBySite ON endpoints (site, searchName, key, standing);
CREATE INDEX endpointsHeld ON endpoints (key) WHERE heldCause IS NOT NULL;
CREATE INDEX endpointsByStatus ON endpoints (status, searchName, key, standing);
CREATE INDEX endpointsByAlias ON endpoints (searchAlias, searchName, key) WHERE searchAlias IS NOT NULL;
CREATE INDEX endpointsByStanding ON endpoints (standing, searchName, key) WHERE standing != 'active';

CREATE TABLE revokedKeys (
  nkey TEXT NOT NULL PRIMARY KEY,
  endpointKey INTEGER NOT NULL,
  revokedAt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX revokedKeysByTime ON revokedKeys (revokedAt);

CREATE TABLE facets (
  endpointKey INTEGER NOT NULL,
  facet TEXT NOT NULL, -- FacetName
  value TEXT NOT NULL,
  changedAt TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (endpointKey, facet)
) STRICT, WITHOUT ROWID;

CREATE TABLE packages (
  endpointKey INTEGER NOT NULL,
  searchName TEXT NOT NULL,
  architecture TEXT NOT NULL,
  source TEXT NOT NULL, -- PackageSource
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  fromPosition INTEGER NOT NULL,
  PRIMARY KEY (endpointKey, searchName, name, architecture, source)
) STRICT, WITHOUT ROWID;
`;
