/** Private parts of the backend's own events that were erased: what is still read of them is not taken. */
export const erasureSchema = `
CREATE TABLE erasedParts (
  eventId TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
`;
