/** Secrets of jobs, `key` the position of the first version; never their values, only which record holds it (null: the secret is deleted). `sites` is JSON. */
export const secretsSchema = `
CREATE TABLE secrets (
  key INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  sites TEXT NOT NULL,
  setAt TEXT NOT NULL,
  setBy TEXT NOT NULL,
  valueId TEXT
) STRICT;
`;
