/** Enrolment tokens, `key` the position of their making; never the tokens themselves. */
export const enrolmentTokensSchema = `
CREATE TABLE enrolmentTokens (
  key INTEGER NOT NULL PRIMARY KEY,
  tokenId TEXT NOT NULL UNIQUE,
  site TEXT NOT NULL,
  approval INTEGER NOT NULL,
  endpointId TEXT,
  maxUses INTEGER NOT NULL,
  uses INTEGER NOT NULL,
  lastUsedAt TEXT,
  createdAt TEXT NOT NULL,
  createdBy TEXT NOT NULL,
  expiresAt TEXT NOT NULL,
  revokedAt TEXT
) STRICT;
`;
