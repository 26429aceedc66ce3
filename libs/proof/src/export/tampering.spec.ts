import { describe, expect, it } from 'vitest';
import { busyRecord, makeKey } from '../testing/index.ts';
import { readExportLine } from './read-line.ts';
import type { DefectKind } from './report.ts';

const record = busyRecord();
const full = await record.export();
const filtered = await record.export({ filter: { endpointId: 'e2' } });

type Fields = Record<string, unknown>;

/** The event lines of an export, as indices of lines. */
const eventsIn = (lines: readonly string[]): number[] => lines.flatMap((line, index) => (readExportLine(line)?.kind === 'event' ? [index] : []));
const positionAt = (lines: readonly string[], index: number): number => {
  const line = readExportLine(lines[index] ?? '');
  return line !== undefined && 'position' in line ? line.position : 0;
};
const changed = (lines: readonly string[], index: number, change: (fields: Fields) => Fields): string[] =>
  lines.map((line, at) => {
    if (at !== index) return line;
    const value: Fields = { ...Object(JSON.parse(line)) };
    return JSON.stringify(change(value));
  });

interface Copy {
  readonly lines: readonly string[];
  readonly named: { readonly kind: DefectKind; readonly position: number | null };
}

const exports = [['full', full], ['filtered', filtered]] as const;

/** What is done to a copy, and what is to be said of it; `at` is an event in the middle, `next` the one behind it. */
const tamperings: readonly (readonly [string, (lines: readonly string[], at: number, next: number) => Copy])[] = [
  ['a body altered', (lines, at) => ({ lines: changed(lines, at, (fields) => ({ ...fields, body: String(fields['body']).replace('2026', '2025') })), named: { kind: 'altered', position: positionAt(lines, at) } })],
  ['a recorded time altered', (lines, at) => ({ lines: changed(lines, at, (fields) => ({ ...fields, recordedAt: '2026-01-31T12:00:00.001Z' })), named: { kind: 'altered', position: positionAt(lines, at) } })],
  ['a header altered', (lines, at) => ({ lines: changed(lines, at, (fields) => ({ ...fields, headers: { ...Object(fields['headers']), 'Kanade-Epoch': '2' } })), named: { kind: 'altered', position: positionAt(lines, at) } })],
  ['an event taken out', (lines, at) => ({ lines: lines.filter((_, index) => index !== at), named: { kind: 'missing', position: positionAt(lines, at) } })],
  ['two events changed over', (lines, at, next) => ({ lines: lines.map((line, index) => (index === at ? (lines[next] ?? '') : index === next ? (lines[at] ?? '') : line)), named: { kind: 'reordered', position: positionAt(lines, next) } })],
  ['an event renumbered as another', (lines, at, next) => {
    const [here, there] = [positionAt(lines, at), positionAt(lines, next)];
    const swapped = changed(changed(lines, at, (fields) => ({ ...fields, position: there })), next, (fields) => ({ ...fields, position: here }));
    return { lines: swapped, named: { kind: 'reordered', position: here } };
  }],
  ['an event twice', (lines, at) => ({ lines: lines.flatMap((line, index) => (index === at ? [line, line] : [line])), named: { kind: 'duplicated', position: positionAt(lines, at) } })],
  ['an event put in', (lines, at) => {
    const copy = JSON.stringify({ ...Object(JSON.parse(lines[at] ?? '')), position: 599 + 5000 });
    return { lines: [...lines.slice(0, at + 1), copy, ...lines.slice(at + 1)], named: { kind: 'inserted', position: 5599 } };
  }],
  ['the end cut off', (lines, at) => ({ lines: lines.slice(0, at + 1), named: { kind: 'cut-short', position: positionAt(lines, at) } })],
  ['a checkpoint signed by somebody else', (lines) => {
    const forged = record.checkpoint(record.events.length, { ...makeKey(), id: record.checkpointKey.id });
    return { lines: changed(lines, 0, (fields) => ({ ...fields, checkpoint: forged })), named: { kind: 'checkpoint-signature', position: record.events.length } };
  }],
  ['a body said to be erased', (lines, at) => {
    const digest = '0'.repeat(64);
    return { lines: changed(lines, at, (fields) => ({ ...fields, body: undefined, erasedDigest: digest })), named: { kind: 'altered', position: positionAt(lines, at) } };
  }],
];

describe.each(exports)('a %s export', (_, lines) => {
  const events = eventsIn(lines);
  const [at, next] = [events[Math.floor(events.length / 2)] ?? 0, events[Math.floor(events.length / 2) + 1] ?? 0];

  it('is sound as it was made', () => {
    const report = record.verify(lines);
    expect(report).toMatchObject({ ok: true, defects: [], events: events.length, signatures: { unknown: lines === full ? 20 : 0, replaced: 0 } });
    expect(report.signatures.valid).toBeGreaterThan(100);
  });

  it.each(tamperings)('names %s at its position, and nothing else', (_name, tamper) => {
    const { lines: copy, named } = tamper(lines, at, next);
    const { ok, defects } = record.verify(copy);
    expect(ok).toBe(false);
    expect(defects.map(({ kind, position }) => ({ kind, position }))).toContainEqual(named);
    const allowed = new Set([named.position, positionAt(lines, at), positionAt(lines, next)]);
    expect(defects.filter(({ position }) => position !== null && !allowed.has(position))).toEqual([]);
  });

  it('names an event of the record that its endpoint did not sign', async () => {
    const other = busyRecord();
    const [forged = 0] = other.act('e2', 1, makeKey());
    other.act('e1');
    const copy = await other.export(lines === filtered ? { filter: { endpointId: 'e2' } } : {});
    expect(other.verify(copy).defects).toEqual([{ kind: 'forged', position: forged, detail: 'the signature does not fit the event' }]);
  });

  it('names another history, a known checkpoint behind its end, and one it contradicts', () => {
    const size = record.events.length;
    const { root, control, checkpointKey } = record;
    const known = (checkpoint: ReturnType<typeof record.checkpoint>) => record.verify(lines, { known: [checkpoint] }).defects.map(({ kind, position }) => ({ kind, position }));
    expect(known(record.checkpoint())).toEqual([]);
    const foreign = Object.assign(busyRecord('0badf00d'), { root, control, checkpointKey });
    expect(known(foreign.checkpoint(size))).toEqual([{ kind: 'foreign-incarnation', position: null }]);
    const longer = Object.assign(busyRecord(), { root, control, checkpointKey });
    longer.act('e1');
    expect(known(longer.checkpoint())).toEqual([{ kind: 'cut-short', position: size }]);
    expect(known(longer.checkpoint(size))).toEqual([{ kind: 'checkpoint-contradicted', position: size }]);
  });

  it('tells what was taken out together with the lines that prove it', () => {
    const proofs = lines.flatMap((line, index) => (['leaves', 'block'].includes(readExportLine(line)?.kind ?? '') ? [index] : []));
    const [first = 0] = proofs;
    const { defects } = record.verify(lines.filter((_line, index) => index !== first));
    expect(defects.length).toBeGreaterThan(0);
    expect(['proof-damaged', 'missing']).toContain(defects[0]?.kind);
  });

  it('names a line that is none', () => {
    const { defects } = record.verify(lines.map((line, index) => (index === at ? line.slice(0, 20) : line)));
    expect(defects.map(({ kind, position }) => ({ kind, position }))).toEqual([{ kind: 'unreadable', position: null }, { kind: 'missing', position: positionAt(lines, at) }]);
  });

  it('is one again when it was broken off and gone on with', async () => {
    const stop = lines.findIndex((line, index) => index > at && ['leaves', 'block'].includes(readExportLine(line)?.kind ?? ''));
    const kept = lines.slice(0, lines === full ? stop : stop + 1);
    const after = positionAt(kept, Math.max(...eventsIn(kept)));
    const rest = await record.export({ ...(lines === filtered ? { filter: { endpointId: 'e2' } } : {}), after });
    expect(record.verify([...kept, ...rest.slice(1)])).toMatchObject({ ok: true, events: events.length });
  });
});

describe('erased data', () => {
  it('is told apart from what was taken away', async () => {
    const whole = record.verify(full);
    const erasure = whole.erasures.find(({ id }) => id === 'e3');
    expect(erasure).toMatchObject({ what: 'endpoint', events: 21 });
    // Without the event that says so, its bodies are withheld.
    const early = await record.export({ checkpoint: record.checkpoint((erasure?.position ?? 0) - 1) });
    const { defects } = record.verify(early);
    expect(new Set(defects.map(({ kind }) => kind))).toEqual(new Set(['withheld']));
    expect(defects).toHaveLength(21);
  });

  it('keeps its place in a filtered export, with the event that says so beside it', async () => {
    const report = record.verify(await record.export({ filter: { endpointId: 'e3' } }));
    expect(report).toMatchObject({ ok: true, events: 22, erasures: [{ id: 'e3', what: 'endpoint', events: 21 }] });
    expect(report.notes.join(' ')).toContain('keys were erased');
  });
});

describe('an export of a part', () => {
  it('is checked by the keys that come with it', async () => {
    const report = record.verify(await record.export({ start: 300, until: 500 }));
    expect(report).toMatchObject({ ok: true, events: 200, start: 300, until: 500 });
  });

  it('cannot be passed off as one of less', async () => {
    const part = await record.export({ start: 300, until: 500 });
    const shorter = changed(part, 0, (fields) => ({ ...fields, start: 350 }));
    const { defects } = record.verify(shorter.filter((line) => { const read = readExportLine(line); return read?.kind !== 'event' || read.position > 350; }));
    expect(defects.map(({ kind }) => kind)).toContain('proof-damaged');
  });
});
