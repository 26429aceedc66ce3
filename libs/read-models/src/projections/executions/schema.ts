/**
 * `executions.key` is the position of the request; `runs.key` counts up in the order of targets. Counts are kept on the execution, so that
 * a list reads one narrow row each; `countedPosition` is the last that changed them. Indexes on states are partial: a run leaves them when it ends, so they stay as small as what is going on.
 * A run is held, and not sent, as long as its execution waits for an approval; `approvalAsker` is the account that asked.
 * A run is of the site its endpoint belonged to when it was targeted, for good.
 * A `recovered` execution is known only from its agents: its request lies beyond a backup that was restored.
 */
export const executionsSchema = `
CREATE TABLE executions (
  key INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL, -- ExecutionState
  jobId TEXT,
  jobVersion TEXT,
  recovered INTEGER NOT NULL DEFAULT 0,
  shell TEXT, -- Shell
  timeoutMs INTEGER NOT NULL,
  runAs TEXT NOT NULL, -- RunAs
  cwd TEXT,
  scriptDigest TEXT,
  requestedBy TEXT,
  requestedAt TEXT NOT NULL,
  expiresAt TEXT NOT NULL,
  supersede INTEGER NOT NULL,
  secrets TEXT NOT NULL DEFAULT '[]',
  cancelRequested INTEGER NOT NULL,
  endedAt INTEGER,
  countedPosition INTEGER NOT NULL,
  targetCount INTEGER NOT NULL,
  approval TEXT, -- ApprovalState
  approvalUntil TEXT,
  approvalAsker TEXT,
  approvalBy TEXT,
  approvalAt TEXT,
  approvalReason TEXT,
  eventId TEXT,
  privateDigest TEXT,
  queued INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL DEFAULT 0,
  started INTEGER NOT NULL DEFAULT 0,
  succeeded INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  timedOut INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  interrupted INTEGER NOT NULL DEFAULT 0,
  expired INTEGER NOT NULL DEFAULT 0,
  lost INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX executionsByState ON executions (state, key);
CREATE INDEX executionsByApproval ON executions (approval, key) WHERE approval IS NOT NULL;
CREATE INDEX executionsByEnd ON executions (endedAt, key) WHERE endedAt IS NOT NULL;
CREATE INDEX executionsByJob ON executions (jobId, key) WHERE jobId IS NOT NULL;

CREATE TABLE runs (
  key INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  executionKey INTEGER NOT NULL,
  endpointKey INTEGER NOT NULL,
  siteKey INTEGER NOT NULL,
  state TEXT NOT NULL, -- RunState
  presumed INTEGER NOT NULL,
  supersededState TEXT, -- PresumedState
  exitCode INTEGER,
  signal TEXT,
  reasonCode TEXT,
  reasonMessage TEXT,
  startedAt TEXT,
  finishedAt TEXT,
  durationMs INTEGER,
  stdoutBytes INTEGER,
  stderrBytes INTEGER,
  outputChunks INTEGER,
  outputErased INTEGER NOT NULL DEFAULT 0,
  deadlineAt INTEGER,
  commandIncarnation TEXT NOT NULL DEFAULT '',
  commandSequence INTEGER,
  cancelRequested INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0,
  queuedPosition INTEGER NOT NULL,
  acceptedPosition INTEGER,
  startedPosition INTEGER,
  endedPosition INTEGER,
  endedAt INTEGER
) STRICT;
CREATE INDEX runsByExecution ON runs (executionKey, key);
CREATE INDEX runsByEndpoint ON runs (endpointKey, key);
CREATE INDEX runsBySite ON runs (siteKey, key);
CREATE INDEX runsByState ON runs (state, key);
CREATE INDEX runsByEnd ON runs (endedPosition) WHERE endedPosition IS NOT NULL;
CREATE INDEX runsByDeadline ON runs (deadlineAt) WHERE deadlineAt IS NOT NULL;
CREATE INDEX runsToDispatch ON runs (commandIncarnation, key) WHERE state = 'queued' AND held = 0;
CREATE INDEX runsActive ON runs (endpointKey) WHERE state IN ('accepted', 'started');
CREATE INDEX runsToCancel ON runs (key) WHERE cancelRequested = 1 AND endedAt IS NULL;
CREATE INDEX runsErased ON runs (key) WHERE outputErased = 1;
CREATE INDEX runsByCommand ON runs (commandSequence) WHERE commandSequence IS NOT NULL;

CREATE TABLE heldEnds (
  runKey INTEGER NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL,
  recordedAt INTEGER NOT NULL,
  stdoutChunks INTEGER NOT NULL,
  stderrChunks INTEGER NOT NULL,
  event TEXT NOT NULL
) STRICT;

CREATE TABLE endTallies (
  hour INTEGER NOT NULL,
  siteKey INTEGER NOT NULL,
  state TEXT NOT NULL, -- RunState
  count INTEGER NOT NULL,
  PRIMARY KEY (hour, siteKey, state)
) STRICT, WITHOUT ROWID;
`;
