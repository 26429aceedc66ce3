import type { Connection } from '../sqlite/open.ts';

/** Columns of a table whose former values are kept, each with the position up to which they held. The row's key says since when there is one. */
export interface FormerValues {
  readonly table: string;
  readonly past: string;
  readonly key: string;
  readonly columns: readonly string[];
  /** Which changes make a former value; that of any column unless given. */
  readonly change?: { readonly of: string; readonly when: string };
}

/** Rows that come, change and go: whole former rows are kept, with the positions from which and up to which they held. */
export interface FormerRows {
  readonly table: string;
  readonly past: string;
  readonly keys: readonly string[];
  /** The column with the position from which a row holds. */
  readonly from: string;
  /** Columns whose changes make another version of the row; all but the keys and `from` unless given. */
  readonly columns?: readonly string[];
}

const presence = ['status', 'observedAt'];
const inventory = ['inventoryChangedAt', 'packageCount'];
const identity = [
  'name', 'searchName', 'nameSince', 'alias', 'searchAlias', 'standing', 'standingAt', 'standingReason', 'osFamily', 'osName', 'osVersion', 'osArchitecture', 'agentVersion', 'site',
  'simulated', 'quarantined', 'quarantineReason', 'conflictReason', 'heldCause', 'heldDetail', 'heldSince', 'heldUntil', 'enrolledAt', 'shells', 'nkey', 'signingKey', 'sealingKey',
  'keyedFrom',
];

/** What a run says of itself once a fact takes a presumption's place; all other moves of a run are told by the positions in its row. */
export const supersededColumns = [
  'state', 'presumed', 'supersededState', 'exitCode', 'signal', 'reasonCode', 'reasonMessage', 'startedAt', 'finishedAt', 'durationMs', 'stdoutBytes', 'stderrBytes', 'outputChunks',
  'acceptedPosition', 'startedPosition', 'endedPosition', 'endedAt',
];

export const formerValues: readonly FormerValues[] = [
  // Apart from the rest, as it changes most: every time an endpoint comes or goes.
  { table: 'endpoints', past: 'presencePast', key: 'key', columns: presence },
  { table: 'endpoints', past: 'inventoryPast', key: 'key', columns: inventory },
  { table: 'accounts', past: 'accountsPast', key: 'key', columns: ['grants', 'disabledAt', 'disabledBy', 'hasPassword', 'hasSecondFactor', 'lastSignedInAt'] },
  { table: 'enrolmentTokens', past: 'enrolmentTokensPast', key: 'key', columns: ['uses', 'lastUsedAt', 'revokedAt'] },
  {
    table: 'jobs', past: 'jobsPast', key: 'key',
    columns: ['position', 'version', 'description', 'shell', 'timeoutMs', 'runAs', 'cwd', 'scriptDigest', 'scriptBytes', 'appliedAt', 'appliedBy', 'eventId', 'privateDigest', 'secrets'],
  },
  { table: 'secrets', past: 'secretsPast', key: 'key', columns: ['version', 'sites', 'setAt', 'setBy', 'valueId'] },
  { table: 'sites', past: 'sitesPast', key: 'key', columns: ['listed', 'createdAt', 'createdBy'] },
  { table: 'executions', past: 'executionsPast', key: 'key', columns: ['approval', 'approvalBy', 'approvalAt', 'approvalReason', 'cancelRequested'] },
  { table: 'runs', past: 'runsPast', key: 'key', columns: supersededColumns, change: { of: 'state', when: 'OLD.presumed = 1' } },
];

export const formerRows: readonly FormerRows[] = [
  { table: 'endpoints', past: 'endpointsPast', keys: ['key'], from: 'fromPosition', columns: identity },
  { table: 'facets', past: 'facetsPast', keys: ['endpointKey', 'facet'], from: 'position' },
  { table: 'packages', past: 'packagesPast', keys: ['endpointKey', 'searchName', 'name', 'architecture', 'source'], from: 'fromPosition' },
  { table: 'desiredAnswers', past: 'desiredAnswersPast', keys: ['endpointKey'], from: 'position' },
];

interface Column {
  readonly name: string;
  readonly type: string;
}

/** The columns of a table in their order. */
export function columnsOf(connection: Connection, table: string): readonly Column[] {
  return connection.prepare<[string], Column>("SELECT name, type FROM pragma_table_info(?, 'main') ORDER BY cid").all(table);
}

const list = (names: readonly string[], prefix = ''): string => names.map((name) => `${prefix}"${name}"`).join(', ');
const changed = (columns: readonly string[]): string => `(${columns.map((column) => `OLD."${column}" IS NOT NEW."${column}"`).join(' OR ')})`;

function declared(columns: readonly Column[], wanted: readonly string[]): string {
  return wanted.map((name) => `"${name}" ${columns.find((column) => column.name === name)?.type ?? 'BLOB'}`).join(', ');
}

/** Of several changes at one position the first is kept: what held before that position. */
function valuesSchema({ table, past, key, columns, change }: FormerValues, types: readonly Column[]): string {
  const { of, when } = change ?? { of: list(columns), when: changed(columns) };
  return `
CREATE TABLE "${past}" ("${key}" INTEGER NOT NULL, toPosition INTEGER NOT NULL, ${declared(types, columns)}, PRIMARY KEY ("${key}", toPosition)) STRICT, WITHOUT ROWID;
CREATE TRIGGER "${past}Kept" AFTER UPDATE OF ${of} ON "${table}" WHEN ${when} BEGIN
  INSERT OR IGNORE INTO "${past}" ("${key}", toPosition, ${list(columns)}) VALUES (OLD."${key}", foldedPosition(), ${list(columns, 'OLD.')});
END;`;
}

/** Rows that came and went, or changed twice, at one position never held: they are not kept. */
function rowsSchema({ table, past, keys, from, columns }: FormerRows, types: readonly Column[]): string {
  const names = types.map(({ name }) => name).filter((name) => name !== from);
  const tracked = columns ?? names.filter((name) => !keys.includes(name));
  const keep = `INSERT OR IGNORE INTO "${past}" (fromPosition, toPosition, ${list(names)}) SELECT OLD."${from}", foldedPosition(), ${list(names, 'OLD.')} WHERE OLD."${from}" < foldedPosition();`;
  const moved = columns === undefined && from === 'position' ? '' : `UPDATE "${table}" SET "${from}" = foldedPosition() WHERE ${keys.map((key) => `"${key}" = NEW."${key}"`).join(' AND ')};`;
  return `
CREATE TABLE "${past}" (fromPosition INTEGER NOT NULL, toPosition INTEGER NOT NULL, ${declared(types, names)}, PRIMARY KEY (${list(keys)}, toPosition)) STRICT, WITHOUT ROWID;
CREATE TRIGGER "${past}Kept" AFTER UPDATE OF ${list(tracked)} ON "${table}" WHEN ${changed(tracked)} BEGIN ${keep} ${moved} END;
CREATE TRIGGER "${past}Gone" AFTER DELETE ON "${table}" BEGIN ${keep} END;`;
}

/**
 * Makes the tables of what rows said before, and the triggers that fill them. Whoever writes registers `foldedPosition()`: the position of the
 * event that is being folded.
 */
export function createHistory(connection: Connection): void {
  for (const each of formerValues) connection.exec(valuesSchema(each, columnsOf(connection, each.table)));
  for (const each of formerRows) connection.exec(rowsSchema(each, columnsOf(connection, each.table)));
  for (const { past } of [...formerValues, ...formerRows]) connection.exec(`CREATE INDEX "${past}ByEnd" ON "${past}" (toPosition)`);
  connection.exec('CREATE INDEX endpointsPastByName ON endpointsPast (searchName, "key", fromPosition, toPosition)');
}
