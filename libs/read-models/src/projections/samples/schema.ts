/** Performance samples as far back as they are shown; `sequence` is that of KANADE_METRICS. */
export const samplesSchema = `
CREATE TABLE samples (
  sequence INTEGER NOT NULL PRIMARY KEY,
  endpointKey INTEGER NOT NULL,
  recordedAt INTEGER NOT NULL,
  value TEXT NOT NULL
) STRICT;
CREATE INDEX samplesByEndpoint ON samples (endpointKey, recordedAt);
`;
