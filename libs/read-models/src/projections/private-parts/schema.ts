/** Bytes that events only name by digest; `sequence` is that of KANADE_PRIVATE. */
export const privatePartsSchema = `
CREATE TABLE privateParts (
  sequence INTEGER NOT NULL PRIMARY KEY,
  writer TEXT NOT NULL,
  eventId TEXT NOT NULL,
  digest TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE INDEX privatePartsByEvent ON privateParts (eventId, writer);
`;
