import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { eventLeaf, ExportVerifier, rootOf, sha256Hex, verifyBytes } from '@kanade/proof';
import { makeKey, TestRecord } from '@kanade/proof/testing';
import { median, type Measurement } from '../report.ts';

/** How many events an endpoint signs at once: what waits in an outbox goes out together. */
const batch = 5;

function makeRecord(events: number, endpoints: number): TestRecord {
  const record = new TestRecord();
  const ids = Array.from({ length: endpoints }, (_, index) => `endpoint-${index}`);
  for (const id of ids) record.enrol(id);
  for (let at = 0; record.events.length < events; at++) record.act(ids[at % ids.length] ?? 'endpoint-0', Math.min(batch, events - record.events.length));
  return record;
}

async function writeExport(record: TestRecord, file: string): Promise<void> {
  const stream = createWriteStream(file);
  for await (const piece of record.pieces()) if (!stream.write(piece)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
}

async function verifySeconds(record: TestRecord, file: string): Promise<number> {
  const { root, control, checkpointKey } = record;
  const started = performance.now();
  const verifier = new ExportVerifier({ keys: { root, control, checkpoints: [checkpointKey] } });
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) verifier.line(line);
  const report = verifier.finish();
  if (!report.ok || report.events !== record.events.length) throw new Error(`the export of the bench is not sound: ${JSON.stringify(report.defects[0])}`);
  return (performance.now() - started) / 1000;
}

/** The least there is to do: read, parse, hash each body and leaf, check one signature for each that was made, and compute the root. */
async function bareSeconds(file: string, key: string, signature: string): Promise<number> {
  const started = performance.now();
  const leaves: Buffer[] = [];
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const line: unknown = JSON.parse(text);
    if (typeof line !== 'object' || line === null || !('kind' in line) || line.kind !== 'event') continue;
    const { position: sequence, recordedAt, subject, headers, body } = Object.assign({ position: 0, recordedAt: '', subject: '', headers: {}, body: '' }, line);
    leaves.push(eventLeaf({ sequence, recordedAt: Date.parse(recordedAt), subject, headers, bodyDigest: sha256Hex(body) }));
    if ('Kanade-Signature' in headers) verifyBytes(key, subject, signature);
  }
  rootOf(leaves);
  return (performance.now() - started) / 1000;
}

/** Events a second that an offline check of an export goes through, and that the least possible program does. */
export async function runVerifySuite(args: readonly string[]): Promise<Measurement[]> {
  const { values } = parseArgs({ args: [...args], options: { events: { type: 'string', default: '1000000' }, endpoints: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '3' } } });
  const events = Number(values.events);
  const folder = mkdtempSync(join(tmpdir(), 'kanade-bench-'));
  const file = join(folder, 'export.ndjson');
  try {
    process.stderr.write(`making a record of ${events} events, ${batch} signed at once …\n`);
    const record = makeRecord(events, Number(values.endpoints));
    await writeExport(record, file);
    const ours: number[] = [];
    const theirs: number[] = [];
    const signature = 'A'.repeat(86);
    for (let round = 1; round <= Number(values.rounds); round++) {
      ours.push(events / (await verifySeconds(record, file)));
      theirs.push(events / (await bareSeconds(file, makeKey().publicKey, signature)));
      process.stderr.write(`round ${round}: kanade ${Math.round(ours.at(-1) ?? 0)}/s, bare ${Math.round(theirs.at(-1) ?? 0)}/s\n`);
    }
    return [
      { name: 'kanade event verify', unit: 'events/s', median: median(ours), samples: ours },
      { name: 'bare program', unit: 'events/s', median: median(theirs), samples: theirs },
      { name: 'ratio', unit: '', median: median(ours.map((value, index) => value / (theirs[index] ?? value))), samples: [] },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
