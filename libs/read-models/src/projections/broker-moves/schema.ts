/**
 * Where endpoints are to reach the broker, newest last (`endpointKey` null: all of them), and what each last said of its desired state;
 * `appliedVersion` is the newest it has brought about.
 */
export const brokerMovesSchema = `
CREATE TABLE brokerMoves (
  position INTEGER NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL,
  endpointKey INTEGER,
  urls TEXT NOT NULL,
  ca TEXT,
  keepOld INTEGER NOT NULL,
  orderedAt TEXT NOT NULL,
  orderedBy TEXT NOT NULL
) STRICT;
CREATE INDEX brokerMovesByEndpoint ON brokerMoves (endpointKey, position);

CREATE TABLE desiredAnswers (
  endpointKey INTEGER NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL,
  answer TEXT NOT NULL, -- applied, failed or refused
  reason TEXT,
  saidAt TEXT NOT NULL,
  appliedVersion INTEGER
) STRICT;
`;
