/**
 * The least work that has the fold's effect for results (one run.finished and one output chunk each): read both streams, parse, write
 * the same columns of the same tables in batches. It checks nothing, follows no chain, knows no other event. It shares no code with kanade.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { connect, credsAuthenticator, type Msg, type NatsConnection } from '@nats-io/transport-node';
import Database from 'better-sqlite3';

interface Settings {
  url: string;
  credsFile: string;
  file: string;
  incarnation: string;
  pragmas: string[];
  eventsFrom: number;
  eventsTo: number;
  outputTo: number;
}
interface Finished {
  id: string;
  time: string;
  correlationid: string;
  data: {
    runId: string;
    state: string;
    exitCode: number | null;
    startedAt: string;
    finishedAt: string;
    durationMs: number;
    output: { stdout: { bytes: number; chunks: number }; stderr: { bytes: number; chunks: number } };
  };
}
type Run = { key: number; executionKey: number; siteKey: number };

const isSettings = (value: unknown): value is Settings => typeof value === 'object' && value !== null && 'file' in value;
const given: unknown = workerData;
if (!isSettings(given)) throw new TypeError('started without settings');
const settings = given;
const db = new Database(settings.file);
for (const pragma of settings.pragmas) db.pragma(pragma);
// The tables have a trigger that asks for it when a presumption was wrong; here none ever is.
db.function('foldedPosition', () => 0);

const endpoints = new Map(
  db.prepare<[], { id: string; key: number; site: number }>('SELECT endpoints.id, endpoints.key, sites.key AS site FROM endpoints JOIN sites ON sites.name = endpoints.site').all().map((row) => [row.id, row]),
);
const budgets = new Map<number, { events: number; bytes: number }>();
const executions = new Map(db.prepare<[], { id: string; key: number }>('SELECT id, key FROM executions').all().map((row) => [row.id, row.key]));
db.prepare("INSERT OR IGNORE INTO eventTypes (name) VALUES ('kanade.run.finished.v1')").run();
const type = db.prepare<[], { key: number }>("SELECT key FROM eventTypes WHERE name = 'kanade.run.finished.v1'").get()?.key ?? 0;
const findRun = db.prepare<[string], Run>('SELECT key, executionKey, siteKey FROM runs WHERE id = ?');
const addEvent = db.prepare('INSERT INTO events (position, id, typeKey, source, endpointKey, executionKey, siteKey, principal, recordedAt, time) VALUES (?, ?, ?, NULL, ?, ?, ?, NULL, ?, ?)');
const endRun = db.prepare(
  `UPDATE runs SET state = ?, presumed = 0, exitCode = ?, startedAt = ?, finishedAt = ?, durationMs = ?, stdoutBytes = ?, stderrBytes = ?, outputChunks = ?,
   deadlineAt = NULL, endedPosition = ?, endedAt = ? WHERE key = ?`,
);
const saveChain = db.prepare('REPLACE INTO chains (endpointKey, epoch, sequence, hash, recordedAt, day, events, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
const addChunk = db.prepare('INSERT INTO chunks (sequence, runKey, stream, chunk, offset, size, recordedAt, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
const count = db.prepare('UPDATE executions SET succeeded = succeeded + ?, queued = queued - ? WHERE key = ?');
const countHour = db.prepare("INSERT INTO endTallies (hour, siteKey, state, count) VALUES (?, ?, 'succeeded', ?) ON CONFLICT DO UPDATE SET count = count + excluded.count");
const checkpoint = db.prepare('REPLACE INTO checkpoints (stream, incarnation, sequence, hash, recordedAt) VALUES (?, ?, ?, ?, ?)');

function foldEvent(message: Msg, sequence: number, at: number, counts: Map<number, number>, sites: Map<number, number>): void {
  const event: Finished = message.json();
  const { data } = event;
  const endpoint = endpoints.get(message.subject.slice('kanade.events.endpoint.'.length));
  const run = findRun.get(data.runId);
  if (endpoint === undefined || run === undefined) throw new Error(`event ${sequence} is not of this bench`);
  addEvent.run(sequence, event.id, type, endpoint.key, executions.get(event.correlationid), endpoint.site, at, event.time);
  const spent = budgets.get(endpoint.key) ?? { events: 0, bytes: 0 };
  budgets.set(endpoint.key, spent);
  spent.events += 1;
  spent.bytes += message.subject.length + message.data.length;
  saveChain.run(endpoint.key, Number(message.headers?.get('Kanade-Epoch')), Number(message.headers?.get('Kanade-Sequence')), message.headers?.get('Kanade-Previous'), at, Math.floor(at / 86_400_000), spent.events, spent.bytes);
  const { stdout, stderr } = data.output;
  endRun.run(data.state, data.exitCode, data.startedAt, data.finishedAt, data.durationMs, stdout.bytes, stderr.bytes, stdout.chunks + stderr.chunks, sequence, at, run.key);
  counts.set(run.executionKey, (counts.get(run.executionKey) ?? 0) + 1);
  sites.set(run.siteKey, (sites.get(run.siteKey) ?? 0) + 1);
}

function foldChunk(message: Msg): void {
  const { sequence, at } = place(message);
  const tokens = message.subject.split('.');
  const run = findRun.get(tokens[3] ?? '');
  if (run === undefined) throw new Error(`chunk ${sequence} is not of this bench`);
  addChunk.run(sequence, run.key, tokens[4] === 'stdout' ? 0 : 1, Number(tokens[5]), Number(message.headers?.get('Kanade-Offset')), message.data.length, at, message.data);
}

/** `$JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>.<consumer sequence>.<ns>.<pending>` */
function place(message: Msg): { sequence: number; at: number } {
  const tokens = (message.reply ?? '').split('.');
  return { sequence: Number(tokens[5]), at: Number((tokens[7] ?? '0').slice(0, -6)) };
}

function moveCheckpoint(stream: string, message: Msg | undefined): void {
  if (message === undefined) return;
  const { sequence, at } = place(message);
  const hash = createHash('sha256').update(`${message.subject}\n`).update(message.data).digest('hex');
  checkpoint.run(stream, settings.incarnation, sequence, hash, at);
}

const commit = db.transaction((events: Msg[], chunks: Msg[]) => {
  const [counts, sites] = [new Map<number, number>(), new Map<number, number>()];
  for (const message of chunks) foldChunk(message);
  for (const message of events) {
    const { sequence, at } = place(message);
    foldEvent(message, sequence, at, counts, sites);
  }
  for (const [key, ended] of counts) count.run(ended, ended, key);
  const last = events.at(-1);
  for (const [site, ended] of sites) if (last !== undefined) countHour.run(Math.floor(place(last).at / 3_600_000), site, ended);
  moveCheckpoint('KANADE_EVENTS', last);
  moveCheckpoint('KANADE_OUTPUT', chunks.at(-1));
});

/** Reads a stream in pulls of 1,000, one pull ahead of the writer. */
async function* read(nc: NatsConnection, stream: string, from: number, to: number): AsyncGenerator<Msg[]> {
  const config = { name: `bare-${stream}-${Date.now()}`, deliver_policy: 'by_start_sequence', opt_start_seq: from, ack_policy: 'none', mem_storage: true, inactive_threshold: 60e9 };
  await nc.request(`$JS.API.CONSUMER.CREATE.${stream}.${config.name}`, JSON.stringify({ stream_name: stream, config }));
  const pull = async (batch: number): Promise<Msg[]> => {
    const messages: Msg[] = [];
    const inbox = nc.subscribe(`_INBOX.${Math.random().toString(36).slice(2)}`, { max: batch });
    nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${config.name}`, JSON.stringify({ batch, expires: 5e9 }), { reply: inbox.getSubject() });
    for await (const message of inbox) messages.push(message);
    return messages;
  };
  let left = to - from + 1;
  let next = pull(Math.min(1000, left));
  while (left > 0) {
    const batch = await next;
    left -= batch.length;
    if (left > 0) next = pull(Math.min(1000, left));
    yield batch;
  }
}

const nc = await connect({ servers: settings.url, authenticator: credsAuthenticator(readFileSync(settings.credsFile)) });
parentPort?.postMessage('opened');
const outputs = read(nc, 'KANADE_OUTPUT', 1, settings.outputTo);
for await (const events of read(nc, 'KANADE_EVENTS', settings.eventsFrom, settings.eventsTo)) {
  const chunks = await outputs.next();
  commit(events, chunks.done === true ? [] : chunks.value);
}
for await (const chunks of outputs) commit([], chunks);
db.close();
parentPort?.postMessage('done');
// Until somebody has looked at what it took.
parentPort?.once('message', () => void nc.close());
