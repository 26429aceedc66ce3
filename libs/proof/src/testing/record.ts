import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { chainStart, chainText, checkpointText, headers as names, parseEventSubject, signedText, subjects } from '@kanade/contracts';
import type { Checkpoint } from '@kanade/contracts';
import { sha256Hex } from '../digest.ts';
import { eventLeaf } from '../leaf.ts';
import { rootOf, subtreesOf } from '../merkle.ts';
import type { StoredMessage } from '../message.ts';
import { keyId } from '../signatures.ts';
import { readSigner } from '../judge.ts';
import { exportFormat } from '../export/format.ts';
import type { ExportFilter } from '../export/format.ts';
import { exportPieces } from '../export/write-export.ts';
import { ExportVerifier } from '../export/verify-export.ts';
import type { VerifyExportOptions } from '../export/verify-export.ts';
import type { ExportReport } from '../export/report.ts';

/** An Ed25519 key pair. */
export interface TestKey {
  readonly id: string;
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** Makes one. */
export function makeKey(): TestKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(12).toString('base64url');
  return { id: keyId(publicKey), publicKey, privateKey };
}

const signed = (key: TestKey, text: string): string => sign(null, Buffer.from(text), key.privateKey).toString('base64url');
const os = { family: 'linux', name: 'Debian', version: '12', architecture: 'x86_64' } as const;

/** What an export is made of: everything, unless said. */
export interface TestExport {
  readonly filter?: ExportFilter;
  readonly start?: number;
  readonly until?: number;
  readonly after?: number;
  readonly checkpoint?: Checkpoint;
}

/** A record with real keys and signatures, and its exports. */
export class TestRecord {
  readonly incarnation: string;
  readonly events: StoredMessage[] = [];
  readonly root = makeKey();
  readonly control = makeKey();
  readonly checkpointKey = makeKey();
  private readonly agents = new Map<string, { key: TestKey; sequence: number; hash: string }>();
  private readonly erased = new Map<string, number>();

  constructor(incarnation = '0badcafe') {
    this.incarnation = incarnation;
  }

  private store(subject: string, body: Uint8Array, headers: Readonly<Record<string, string>>): number {
    const sequence = this.events.length + 1;
    this.events.push({ sequence, subject, recordedAt: 1_769_860_800_000 + sequence * 10, headers, body });
    return sequence;
  }

  private envelope(source: string, type: string, data: unknown, more: object = {}): Buffer {
    return Buffer.from(JSON.stringify({ specversion: '1.0', id: `event-${this.events.length + 1}`, source, type, time: '2026-01-31T12:00:00.000Z', ...more, data }));
  }

  tell(aggregate: 'endpoint' | 'execution' | 'site', id: string, type: string, data: unknown, key = this.control): number {
    const subject = subjects.controlEvents(aggregate, id);
    const body = this.envelope(`control/${aggregate}/${id}`, type, data, { principal: 'system' });
    return this.store(subject, body, { [names.signature]: signed(key, signedText('control', subject, sha256Hex(body))), [names.key]: key.id });
  }

  enrol(endpointId: string): number {
    const key = makeKey();
    this.agents.set(endpointId, { key, sequence: 0, hash: chainStart });
    return this.tell('endpoint', endpointId, 'kanade.endpoint.enrolled.v1', {
      endpointId, hostname: 'host', os, agentVersion: '1', site: 'default', tokenId: 't', simulated: false, nkey: `U-${endpointId}`, signingKey: key.publicKey, sealingKey: 's',
    });
  }

  /** A batch of an endpoint's events, of which the last is signed. */
  act(endpointId: string, count = 1, key?: TestKey): number[] {
    const agent = this.agents.get(endpointId);
    if (agent === undefined) throw new Error(`${endpointId} is not enrolled`);
    return Array.from({ length: count }, (_, index) => {
      const subject = subjects.endpointEvents(endpointId);
      const body = this.envelope(`endpoint/${endpointId}`, 'kanade.command.refused.v1', { commandSequence: index + 1, reason: { code: 'expired', message: 'Too late.' } });
      const link = { subject, epoch: 1, sequence: agent.sequence + 1, previous: agent.hash, bodyDigest: sha256Hex(body) };
      const hash = sha256Hex(chainText(link));
      Object.assign(agent, { sequence: link.sequence, hash });
      const batch = count === 1 ? {} : { 'Nats-Batch-Id': `b${link.sequence - index}`, ...(index === count - 1 ? { 'Nats-Batch-Commit': '1' } : {}) };
      const signer = key ?? agent.key;
      const signature = index === count - 1 ? { [names.signature]: signed(signer, hash), [names.key]: agent.key.id } : {};
      return this.store(subject, body, { [names.epoch]: '1', [names.sequence]: String(link.sequence), [names.previous]: link.previous, ...batch, ...signature });
    });
  }

  erase(endpointId: string): number {
    const position = this.tell('endpoint', endpointId, 'kanade.endpoint.erased.v1', { endpointId, reason: 'asked for' });
    this.erased.set(endpointId, position);
    return position;
  }

  private leaves(size: number): Buffer[] {
    return this.events.slice(0, size).map((event) => eventLeaf({ ...event, bodyDigest: sha256Hex(event.body) }));
  }

  checkpoint(size = this.events.length, key = this.checkpointKey): Checkpoint {
    const statement = { incarnation: this.incarnation, size, root: Buffer.from(rootOf(this.leaves(size))).toString('hex'), time: '2026-01-31T13:00:00.000Z' };
    return { ...statement, key: key.id, signature: signed(key, checkpointText(statement)) };
  }

  get keyset() {
    const [validFrom, validUntil] = ['2026-01-01T00:00:00Z', '2028-01-01T00:00:00Z'];
    const body = Buffer.from(JSON.stringify({ version: 1, keys: [{ id: this.checkpointKey.id, use: 'checkpoint', publicKey: this.checkpointKey.publicKey, validFrom, validUntil }] }));
    return { body: body.toString('base64url'), signature: signed(this.root, signedText('keyset', 'kanade.keyset', sha256Hex(body))) };
  }

  /** An export's lines. */
  async export(options: TestExport = {}): Promise<string[]> {
    let text = '';
    for await (const piece of this.pieces(options)) text += piece;
    return text.trimEnd().split('\n');
  }

  /** An export piece by piece; from after `after` on where it was broken off. */
  pieces(options: TestExport = {}): AsyncIterable<string> {
    const { filter = {}, start = 0, after = start, checkpoint = this.checkpoint() } = options;
    const { size } = checkpoint;
    const head = { kind: 'head', format: exportFormat, exportedAt: '2026-01-31T14:00:00.000Z', checkpoint, filter, start, until: options.until ?? size, keyset: this.keyset } as const;
    const inRange = (from: number, to: number) => this.events.slice(from, to);
    const isOf = ({ subject }: StoredMessage, endpointId: string): boolean => {
      const writer = parseEventSubject(subject);
      return writer?.kind === 'endpoint' ? writer.endpointId === endpointId : writer?.id === endpointId;
    };
    const batches = async function* (all: StoredMessage[]) {
      for (let at = 0; at < all.length; at += 100) yield await Promise.resolve(all.slice(at, at + 100));
    };
    return exportPieces(head, {
      subtrees: subtreesOf(this.leaves(size)),
      all: (from, to) => batches(inRange(from, to)),
      chosen: (from, to) => batches(inRange(from, to).filter((event) => filter.endpointId === undefined || isOf(event, filter.endpointId))),
      erasedAt: (endpointId) => this.erased.get(endpointId),
      keyEvents: (endpointId) => Promise.resolve(this.events.slice(0, size).filter((event) => readSigner(event)?.endpointId === endpointId)),
      controlKeyEvents: () => Promise.resolve([]),
      event: (position) => Promise.resolve(this.events[position - 1]),
      sign: (text) => signed(this.checkpointKey, text),
    }, after);
  }

  verify(lines: readonly string[], options: Partial<VerifyExportOptions> = {}): ExportReport {
    const { root, control, checkpointKey } = this;
    const verifier = new ExportVerifier({ keys: { root, control, checkpoints: [checkpointKey] }, ...options });
    for (const line of lines) verifier.line(line);
    return verifier.finish();
  }
}

/** Three tiles of events of three endpoints, some in batches, and an endpoint whose data was erased. */
export function busyRecord(incarnation?: string): TestRecord {
  const record = new TestRecord(incarnation);
  for (const endpointId of ['e1', 'e2', 'e3']) record.enrol(endpointId);
  for (let round = 0; record.events.length < 600; round++) {
    record.act('e1');
    record.act('e2', 1 + (round % 3));
    if (round < 20) record.act('e3');
    if (round === 30) record.erase('e3');
    record.tell('site', `site-${round}`, 'kanade.site.created.v1', { site: `site-${round}` });
  }
  return record;
}
