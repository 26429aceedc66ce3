/**
 * How principals are called: `account/<id>` by its username, `token/<id>` by its account's and its own name. And the accounts themselves;
 * `key` is the position of an account's first event, `grants` a JSON text, `provider` the issuer that vouches for it.
 */
export const accountsSchema = `
CREATE TABLE principals (
  principal TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  accountId TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  key INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  username TEXT NOT NULL COLLATE NOCASE,
  provider TEXT,
  grants TEXT NOT NULL,
  createdAt TEXT NOT NULL,
  createdBy TEXT NOT NULL,
  disabledAt TEXT,
  disabledBy TEXT,
  hasPassword INTEGER NOT NULL,
  hasSecondFactor INTEGER NOT NULL,
  lastSignedInAt TEXT
) STRICT;
CREATE INDEX accountsByName ON accounts (username, key);
`;
