/**
 * `hours` has the first position of each hour (since 1970) in which something was recorded: where the rows of an age begin. `trims` says of
 * each kind what goes: what is older than `before` (Unix ms), or up to `position`; `swept` is how far the index of the events has been gone
 * through, `draining` 1 while more may be left.
 */
export const retentionSchema = `
CREATE TABLE hours (
  hour INTEGER NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL
) STRICT;

CREATE TABLE trims (
  kind TEXT NOT NULL PRIMARY KEY,
  before INTEGER NOT NULL,
  position INTEGER NOT NULL,
  swept INTEGER NOT NULL,
  draining INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
