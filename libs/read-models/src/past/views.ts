import { streams } from '@kanade/contracts';
import type { Connection } from '../sqlite/open.ts';
import { columnsOf, formerRows, formerValues, supersededColumns } from './kept-history.ts';
import type { FormerValues } from './kept-history.ts';
import type { Moment } from './moments.ts';

/**
 * The moment that is looked at, a table of one row: SQLite reads each value once, where it first needs it, and seeks by it. (Functions of ours
 * would be called once for each place they are written in, which is hundreds.)
 */
const momentSchema = `CREATE TEMP TABLE moment (position INTEGER NOT NULL, recordedAt INTEGER NOT NULL, lastRun INTEGER NOT NULL, hourPosition INTEGER NOT NULL);
  INSERT INTO temp.moment VALUES (0, 0, 0, 0)`;

const ofMoment = (column: keyof Moment): string => `(SELECT "${column}" FROM temp.moment)`;
const at = { position: ofMoment('position'), time: ofMoment('recordedAt'), run: ofMoment('lastRun'), hour: ofMoment('hourPosition') } as const;

/** What a column said at the moment, where its former values are kept; `b` is the row as it is now. */
function valueThen({ past, key }: FormerValues, column: string): string {
  const kept = `FROM main."${past}" k WHERE k."${key}" = b."${key}" AND k.toPosition > ${at.position}`;
  return `iif(EXISTS (SELECT 1 ${kept}), (SELECT k."${column}" ${kept} ORDER BY k.toPosition LIMIT 1), b."${column}") AS "${column}"`;
}

/** The columns of a table at the moment, but for `other`, whose SQL is given. */
function columnsThen(connection: Connection, table: string, other: Readonly<Record<string, string>> = {}): string {
  const kept = formerValues.filter((each) => each.table === table);
  const then = ({ name }: { readonly name: string }): string => {
    const given = other[name];
    if (given !== undefined) return `${given} AS "${name}"`;
    const former = kept.find(({ columns }) => columns.includes(name));
    return former === undefined ? `b."${name}"` : valueThen(former, name);
  };
  return columnsOf(connection, table).map(then).join(', ');
}

/** Rows that are never taken away, each with a key that is the position it came at. */
const keyedViews = ['accounts', 'enrolmentTokens', 'jobs', 'secrets'] as const;
/** Rows that never change, by the column that says at which position they came. */
const appendedViews = { events: 'position', audit: 'position', jobVersions: 'position', brokerMoves: 'position', epochs: 'position', executionSites: 'position' } as const;

/** A table of which former rows are kept: those that hold still, and those that held then. */
function rowsView(connection: Connection, table: string): string {
  const kept = formerRows.find((each) => each.table === table);
  if (kept === undefined) throw new Error(`no former rows of ${table} are kept`);
  const former = Object.fromEntries(columnsOf(connection, kept.past).map(({ name }) => [name, `h."${name}"`]));
  const names = columnsOf(connection, table).map(({ name }) => name);
  const columns = names.map((name) => `${name === kept.from ? 'h.fromPosition' : former[name] ?? `b."${name}"`} AS "${name}"`);
  return `SELECT ${names.map((name) => `b."${name}"`).join(', ')} FROM main."${table}" b WHERE b."${kept.from}" <= ${at.position}
    UNION ALL SELECT ${columns.join(', ')} FROM main."${kept.past}" h WHERE h.fromPosition <= ${at.position} AND h.toPosition > ${at.position}`;
}

/** Former rows of endpoints hold what seldom changes; presence and inventory are looked up beside them. */
function endpointsView(connection: Connection): string {
  const seldom = formerRows.find(({ table }) => table === 'endpoints')?.columns ?? [];
  const former = Object.fromEntries(['fromPosition', ...seldom].map((name): [string, string] => [name, `h."${name}"`]));
  return `SELECT ${columnsThen(connection, 'endpoints')} FROM main.endpoints b WHERE b.fromPosition <= ${at.position}
    UNION ALL SELECT ${columnsThen(connection, 'endpoints', former)} FROM main.endpointsPast h JOIN main.endpoints b ON b."key" = h."key"
    WHERE h.fromPosition <= ${at.position} AND h.toPosition > ${at.position}`;
}

/** A column of a run's row, as it was before a fact took a presumption's place, where that came later. */
const told = (column: string): string => `iif(h."key" IS NULL, b."${column}", h."${column}")`;
const reached = (column: string): string => `${told(column)} <= ${at.position}`;

/** What a run's end said is not known before it, and its start is told by the event that reported it. */
function runColumns(connection: Connection): string {
  const ended = reached('endedPosition');
  const started = `(${reached('startedPosition')} AND NOT coalesce(${reached('acceptedPosition')} AND ${told('acceptedPosition')} > ${told('startedPosition')}, 0))`;
  const startedAt = `CASE WHEN ${ended} THEN ${told('startedAt')} WHEN ${reached('startedPosition')} THEN (SELECT e."time" FROM main.events e WHERE e.position = ${told('startedPosition')}) END`;
  const atEnd = supersededColumns.filter((name) => !['state', 'presumed', 'supersededState', 'startedAt', 'acceptedPosition', 'startedPosition'].includes(name));
  return columnsThen(connection, 'runs', {
    ...Object.fromEntries(atEnd.map((name) => [name, `CASE WHEN ${ended} THEN ${told(name)} END`])),
    state: `CASE WHEN ${ended} THEN ${told('state')} WHEN ${started} THEN 'started' WHEN ${reached('acceptedPosition')} THEN 'accepted' ELSE 'queued' END`,
    presumed: `CASE WHEN ${ended} THEN ${told('presumed')} ELSE 0 END`,
    supersededState: told('supersededState'),
    startedAt,
    acceptedPosition: `CASE WHEN ${reached('acceptedPosition')} THEN ${told('acceptedPosition')} END`,
    startedPosition: `CASE WHEN ${reached('startedPosition')} THEN ${told('startedPosition')} END`,
  });
}

const runsView = (connection: Connection): string => `SELECT ${runColumns(connection)} FROM main.runs b
  LEFT JOIN main.runsPast h ON b.supersededState IS NOT NULL AND h."key" = b."key"
    AND h.toPosition = (SELECT min(k.toPosition) FROM main.runsPast k WHERE k."key" = b."key" AND k.toPosition > ${at.position})
  WHERE b."key" <= ${at.run}`;

const countColumns = {
  queued: 'queued', accepted: 'accepted', started: 'started', succeeded: 'succeeded', failed: 'failed', timedOut: 'timed-out', cancelled: 'cancelled', refused: 'refused', skipped: 'skipped',
  interrupted: 'interrupted', expired: 'expired', lost: 'lost',
} as const;
const open = ['queued', 'accepted', 'started'];

/** An execution none of whose runs has moved since is as it was; the few others are counted anew, in one go over their runs. */
function executionsView(connection: Connection): string {
  const settled = `b.countedPosition <= ${at.position}`;
  const names = Object.keys(countColumns);
  const count = (names: readonly string[]) => names.map((name) => `coalesce(c."${name}", 0)`).join(' + ');
  const targets = `iif(b.recovered = 1, ${count(names)}, b.targetCount)`;
  const isRunning = `${count(names.filter((name) => !open.includes(name)))} < ${targets}`;
  const state = `CASE WHEN ${settled} THEN b."state" WHEN ${isRunning} THEN 'running' WHEN ${count(names.filter((name) => ![...open, 'succeeded', 'cancelled'].includes(name)))} > 0 THEN 'failed'
    WHEN c.cancelled > 0 THEN 'cancelled' ELSE 'succeeded' END`;
  const columns = columnsThen(connection, 'executions', {
    ...Object.fromEntries(names.map((name): [string, string] => [name, `iif(${settled}, b."${name}", coalesce(c."${name}", 0))`])),
    state,
    targetCount: `iif(${settled}, b.targetCount, ${targets})`,
    endedAt: `CASE WHEN ${settled} THEN b.endedAt WHEN ${isRunning} THEN NULL ELSE c.endedAt END`,
  });
  const counted = Object.entries(countColumns).map(([name, value]) => `count(*) FILTER (WHERE r."state" = '${value}') AS "${name}"`);
  return `SELECT ${columns} FROM main.executions b LEFT JOIN (
      SELECT r.executionKey, max(r.endedAt) AS endedAt, ${counted.join(', ')} FROM main.executions x CROSS JOIN temp.runs r ON r.executionKey = x."key"
      WHERE x."key" <= ${at.position} AND x.countedPosition > ${at.position} GROUP BY r.executionKey
    ) c ON c.executionKey = b."key" WHERE b."key" <= ${at.position}`;
}

/** Refused events that say nothing of where an endpoint's chain ends. */
const offChain = "('chain-rewound', 'chain-missing', 'foreign-header')";

const chainsView = `SELECT b.endpointKey, NULL AS epoch, NULL AS "sequence", NULL AS hash,
  (SELECT e.recordedAt FROM main.events e LEFT JOIN main.poison p ON p.stream = '${streams.events}' AND p.sequence = e.position
    WHERE e.endpointKey = b.endpointKey AND e.source IS NULL AND e.position <= ${at.position} AND coalesce(p.code, '') NOT IN ${offChain} ORDER BY e.position DESC LIMIT 1) AS recordedAt
  FROM main.chains b`;

/** Whole hours before the moment are as they were counted, only the last one is counted anew; what had ended as presumed and was told better since counts as it did then. */
const endTalliesView = `SELECT hour, siteKey, "state", sum(count) AS count FROM (
    SELECT * FROM main.endTallies WHERE hour < ${at.time} / 3600000
    UNION ALL SELECT b.endedAt / 3600000, b.siteKey, b."state", 1 FROM main.runs b WHERE b.endedPosition BETWEEN ${at.hour} AND ${at.position}
    UNION ALL SELECT h.endedAt / 3600000, b.siteKey, h."state", 1 FROM main.runsPast h JOIN main.runs b ON b."key" = h."key"
      WHERE h.toPosition = (SELECT min(k.toPosition) FROM main.runsPast k WHERE k."key" = h."key" AND k.toPosition > ${at.position}) AND h.endedPosition <= ${at.position}
  ) GROUP BY hour, siteKey, "state"`;

function viewsOf(connection: Connection): Readonly<Record<string, string>> {
  const whole = (table: string, column: string) => `SELECT b.* FROM main."${table}" b WHERE b."${column}" <= ${at.position}`;
  const keyed = (table: string) => `SELECT ${columnsThen(connection, table)} FROM main."${table}" b WHERE b."key" <= ${at.position}`;
  return {
    ...Object.fromEntries(keyedViews.map((table) => [table, keyed(table)])),
    ...Object.fromEntries(Object.entries(appendedViews).map(([table, column]) => [table, whole(table, column)])),
    ...Object.fromEntries(['facets', 'packages', 'desiredAnswers'].map((table) => [table, rowsView(connection, table)])),
    sites: `SELECT ${columnsThen(connection, 'sites')} FROM main.sites b`,
    endpoints: endpointsView(connection),
    runs: runsView(connection),
    executions: executionsView(connection),
    chains: chainsView,
    endTallies: endTalliesView,
    chunks: `SELECT b.* FROM main.chunks b WHERE b.recordedAt <= ${at.time}`,
    poison: `SELECT b.* FROM main.poison b WHERE iif(b.stream = '${streams.events}', b.sequence <= ${at.position}, b.recordedAt <= ${at.time})`,
    samples: `SELECT b.* FROM main.samples b WHERE b.recordedAt <= ${at.time}`,
  };
}

/**
 * Puts views with the tables' names before them, on this connection alone: every query over them then answers as of the moment that the returned
 * function was last given. What only ever serves the fold (checkpoints, keys, private parts) stays as it is.
 */
export function createViews(connection: Connection): (moment: Moment) => void {
  connection.exec(momentSchema);
  for (const [table, query] of Object.entries(viewsOf(connection))) connection.exec(`CREATE TEMP VIEW "${table}" AS ${query}`);
  const move = connection.prepare<Moment>('UPDATE temp.moment SET position = @position, recordedAt = @recordedAt, lastRun = @lastRun, hourPosition = @hourPosition');
  return (moment) => void move.run(moment);
}
