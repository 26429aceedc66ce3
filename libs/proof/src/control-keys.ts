import { keyRotatedSchema, parseEventSubject, subjects } from '@kanade/contracts';
import { sha256Hex } from './digest.ts';
import type { StoredMessage } from './message.ts';
import { verifyDigest } from './signatures.ts';
import type { PublicSigningKey } from './signatures.ts';

/** The subject whose events tell which control key counts from where on. */
export const controlKeySubject = subjects.controlEvents('key', 'control');

/** What the signatures of control events are held against. */
export interface ControlTrust {
  /** Signs what is told of keys; the same for the life of an installation. */
  readonly root: PublicSigningKey;
  /** The control key that counts as long as the history tells of no other. */
  readonly control: PublicSigningKey;
}

interface Border {
  readonly sequence: number;
  readonly previous: PublicSigningKey;
  readonly next: PublicSigningKey;
}

function readBorder({ sequence, body }: StoredMessage): Border | undefined {
  try {
    const parsed = keyRotatedSchema.safeParse(JSON.parse(Buffer.from(body).toString()));
    return parsed.success && parsed.data.data.use === 'control' ? { sequence, previous: parsed.data.data.previous, next: parsed.data.data.next } : undefined;
  } catch {
    // No JSON: the fold says so where it reads the event itself.
    return undefined;
  }
}

/**
 * Which control key counts where in the history. Each rotation's event, signed by the root key, is a border: before it only the previous key
 * counts, after it only the next, so that a retired key signs nothing any more and an old history still folds. A border that does not follow
 * from the one before, such as a copy of an earlier one, is none.
 */
export class ControlKeys {
  private readonly trust: ControlTrust;
  private readonly borders: Border[] = [];

  /** `known` is what lies on `controlKeySubject` already, oldest first. */
  constructor(trust: ControlTrust, known: readonly StoredMessage[]) {
    this.trust = trust;
    for (const message of known) this.refusal(message);
  }

  /** Why a control event is not the backend's own; undefined when it is. Events are to be shown in order; `bodyDigest` where it is known already. */
  refusal(message: StoredMessage, bodyDigest = sha256Hex(message.body)): string | undefined {
    const writer = parseEventSubject(message.subject);
    if (writer?.kind === 'control' && writer.aggregate === 'key') return this.keyRefusal(message, bodyDigest);
    const key = this.keyAt(message.sequence);
    const verified = this.verify([key], message, bodyDigest);
    if (verified === undefined) return undefined;
    const replaced = this.borders.find(({ sequence, previous }) => sequence < message.sequence && previous.id === message.headers['Kanade-Key']);
    return replaced === undefined ? verified : `the message is signed by ${replaced.previous.id}, a control key that was replaced at ${replaced.sequence}`;
  }

  private keyRefusal(message: StoredMessage, bodyDigest: string): string | undefined {
    const refusal = this.verify([this.trust.root], message, bodyDigest);
    if (refusal !== undefined || message.subject !== controlKeySubject) return refusal;
    const border = readBorder(message);
    if (border === undefined || this.borders.some(({ sequence }) => sequence === border.sequence)) return undefined;
    const last = this.borders.at(-1);
    if (last !== undefined && (border.sequence < last.sequence || border.previous.publicKey !== last.next.publicKey)) return 'the rotation does not follow the one before: it is a copy of an earlier one';
    this.borders.push(border);
    return undefined;
  }

  private keyAt(sequence: number): PublicSigningKey {
    const before = this.borders.findLast((border) => border.sequence < sequence);
    return before?.next ?? this.borders[0]?.previous ?? this.trust.control;
  }

  private verify(keys: readonly PublicSigningKey[], { subject, headers }: StoredMessage, bodyDigest: string): string | undefined {
    const verified = verifyDigest(keys, 'control', { subject, headers, bodyDigest });
    return verified.ok ? undefined : verified.reason;
  }
}
