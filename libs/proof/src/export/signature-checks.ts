import { parseEventSubject } from '@kanade/contracts';
import { parseControlEvent } from '@kanade/messages';
import { ControlKeys } from '../control-keys.ts';
import type { ControlTrust } from '../control-keys.ts';
import { endsBatch, openJudge, readSigner, replacedKeyReason, signatureFault } from '../judge.ts';
import type { VerifiedHead } from '../judge.ts';
import { linkOf } from '../link.ts';
import type { StoredMessage } from '../message.ts';
import { keyId, verifyBytes } from '../signatures.ts';
import type { Defect, Erasure } from './report.ts';

/** An event of an export; its body is empty where it was erased. */
export interface ReadEvent extends StoredMessage {
  readonly bodyDigest: string;
  readonly erased: boolean;
  /** Its own hashes to the root, where it has some. */
  readonly path?: readonly Buffer[];
}

interface KeyPlace {
  readonly position: number;
  /** Undefined where the event that told it was erased. */
  readonly publicKey: string | undefined;
}

const check = { verifySignature: verifyBytes, keyId };
const wasErased = 'kanade.endpoint.erased.v1';
const outputErased = 'kanade.execution.output-erased.v1';

const endpointOf = (event: StoredMessage): string | undefined => {
  const writer = parseEventSubject(event.subject);
  if (writer?.kind === 'endpoint') return writer.endpointId;
  return writer?.aggregate === 'endpoint' ? writer.id : undefined;
};

/** Checks the signatures of events that are proven to be the record's, and what of them was erased. `isConsecutive`: no event of the record is left out. */
export class SignatureChecks {
  readonly counts = { valid: 0, uncovered: 0, unknown: 0, replaced: 0 };
  private readonly isConsecutive: boolean;
  private readonly report: (defect: Defect) => void;
  private readonly control: ControlKeys;
  private readonly keys = new Map<string, KeyPlace[]>();
  private readonly heads = new Map<string, VerifiedHead>();
  private readonly erasedEvents = new Map<string, number[]>();
  private readonly erasures = new Map<string, Omit<Erasure, 'events'>>();
  private readonly judge: ReturnType<typeof openJudge>;
  private at = 0;
  private digest = '';

  constructor(trust: ControlTrust, isConsecutive: boolean, report: (defect: Defect) => void) {
    this.isConsecutive = isConsecutive;
    this.report = report;
    this.control = new ControlKeys(trust, []);
    this.judge = openJudge(
      {
        signer: (endpointId) => this.signerOf(endpointId)?.publicKey,
        pastSigners: (endpointId) => this.pastSigners(endpointId),
        saveSigner: (endpointId, publicKey) => this.learn(endpointId, { position: this.at, publicKey }),
        head: (endpointId) => this.heads.get(endpointId),
        saveHead: (endpointId, head) => void this.heads.set(endpointId, head),
      },
      // What is shown to the judge was held against the backend's keys already.
      { ...check, verifyControl: () => undefined },
    );
  }

  /** An event that tells what others are checked with. */
  key(event: ReadEvent): void {
    this.look(event);
  }

  /** An event of the export. */
  event(event: ReadEvent): void {
    const endpointId = endpointOf(event);
    if (event.erased && endpointId !== undefined) {
      const known = this.erasedEvents.get(endpointId);
      if (known === undefined) this.erasedEvents.set(endpointId, [event.sequence]);
      else known.push(event.sequence);
    }
    this.look(event);
  }

  /** After events that are not there or not what they were: what follows them links to something unknown. */
  forgetChains(): void {
    for (const { uncoveredFrom } of this.heads.values()) if (uncoveredFrom !== null) this.counts.uncovered += 1;
    this.heads.clear();
  }

  /** What was erased, and bodies that are not there though nothing says so. */
  finish(): Erasure[] {
    if (this.isConsecutive) this.forgetChains();
    for (const [endpointId, positions] of this.erasedEvents) {
      const erasure = this.erasures.get(`endpoint ${endpointId}`);
      for (const position of positions) {
        if (erasure === undefined || position >= erasure.position) this.report({ kind: 'withheld', position, detail: `the body is not there, and the record tells of no erasure of endpoint ${endpointId} after it` });
      }
    }
    return [...this.erasures.values()].map((erasure) => ({ ...erasure, events: erasure.what === 'endpoint' ? (this.erasedEvents.get(erasure.id)?.length ?? 0) : 0 }));
  }

  private look(event: ReadEvent): void {
    this.at = event.sequence;
    this.digest = event.bodyDigest;
    const writer = parseEventSubject(event.subject);
    if (writer?.kind === 'endpoint') this.lookAtEndpoint(event, writer.endpointId);
    else this.lookAtControl(event);
  }

  private lookAtControl(event: ReadEvent): void {
    const refusal = this.control.refusal(event, this.digest);
    if (refusal !== undefined) {
      this.report({ kind: 'forged', position: event.sequence, detail: refusal });
      return;
    }
    this.counts.valid += 1;
    const endpointId = endpointOf(event);
    if (event.erased) {
      // It may have been the one that told a key.
      if (endpointId !== undefined) this.learn(endpointId, { position: event.sequence, publicKey: undefined });
      return;
    }
    const signer = readSigner(event);
    if (signer !== undefined) this.learn(signer.endpointId, { position: event.sequence, publicKey: signer.publicKey });
    this.noteErasure(event);
  }

  private noteErasure({ body, sequence: position }: ReadEvent): void {
    const text = Buffer.from(body).toString();
    if (!text.includes(wasErased) && !text.includes(outputErased)) return;
    const parsed = parseControlEvent(JSON.parse(text));
    if (!parsed.ok) return;
    const { type, data } = parsed.value;
    if (type === wasErased) this.erasures.set(`endpoint ${data.endpointId}`, { position, what: 'endpoint', id: data.endpointId });
    if (type === outputErased) this.erasures.set(`output ${position}`, { position, what: 'output', id: data.executionId });
  }

  private lookAtEndpoint(event: ReadEvent, endpointId: string): void {
    const signer = this.signerOf(endpointId);
    if (signer === undefined) {
      this.report({ kind: 'unverifiable', position: event.sequence, detail: `nothing in the export tells the key of endpoint ${endpointId}` });
      return;
    }
    if (signer.publicKey === undefined) {
      this.counts.unknown += 1;
      return;
    }
    if (this.isConsecutive) {
      const invalid = this.judge(event, this.digest);
      for (const { sequence, reason } of invalid) this.fault(sequence, reason);
      if (endsBatch(event.headers) && invalid.length === 0) this.counts.valid += 1;
      return;
    }
    this.alone(event, endpointId, signer.publicKey);
  }

  /** Of an event whose neighbours are not known, only its own signature tells anything. */
  private alone(event: ReadEvent, endpointId: string, signer: string): void {
    const link = linkOf(event, () => event.bodyDigest);
    if (link === undefined) {
      this.fault(event.sequence, 'the event does not say where it stands in its chain');
    } else if (endsBatch(event.headers)) {
      const fault = signatureFault({ headers: event.headers, hash: link.hash, signer, pastSigners: () => this.pastSigners(endpointId) }, check);
      if (fault === undefined) this.counts.valid += 1;
      else this.fault(event.sequence, fault);
    } else {
      this.counts.uncovered += 1;
    }
  }

  private fault(position: number, reason: string): void {
    // The last words of a machine that was just given new keys.
    if (reason === replacedKeyReason) this.counts.replaced += 1;
    else this.report({ kind: 'forged', position, detail: reason });
  }

  private learn(endpointId: string, place: KeyPlace): void {
    const known = this.keys.get(endpointId) ?? [];
    const same = known.find(({ position }) => position === place.position);
    if (same?.publicKey === place.publicKey && same !== undefined) return;
    // An erased event that told no key hides none that another told.
    if (place.publicKey === undefined && known.some(({ publicKey }) => publicKey !== undefined)) return;
    this.keys.set(endpointId, [...known, place].sort((one, other) => one.position - other.position));
  }

  private signerOf(endpointId: string): KeyPlace | undefined {
    return this.keys.get(endpointId)?.findLast(({ position }) => position < this.at);
  }

  private pastSigners(endpointId: string): string[] {
    const before = (this.keys.get(endpointId) ?? []).filter(({ position }) => position < this.at);
    return before.slice(0, -1).flatMap(({ publicKey }) => publicKey ?? []);
  }
}
