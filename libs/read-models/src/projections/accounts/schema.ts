/** How principals are called: `account/<id>` by its username, `token/<id>` by its account's and its own name. */
export const accountsSchema = `
CREATE TABLE principals (
  principal TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
