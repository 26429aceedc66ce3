import { isUtf8 } from 'node:buffer';
import { upcast } from '@kanade/contracts';
import type { parseEventSubject } from '@kanade/contracts';
import { parseAnyEvent, parseEvent } from '@kanade/messages';
import type { AnyEvent } from '@kanade/messages';
import { refuse } from './events.ts';
import type { KanadeEvent, Refusal } from './events.ts';
import type { StoredMessage } from './message.ts';

/** Who wrote a message, told by its subject: only that subject's owner can publish on it. */
export type Writer = NonNullable<ReturnType<typeof parseEventSubject>>;

/** An event that may be folded; or why not, with its envelope where it has one. */
export type CheckedEvent =
  | { readonly ok: true; readonly event: KanadeEvent }
  | { readonly ok: false; readonly refusal: Refusal; readonly envelope: AnyEvent | undefined };

const allowedHeader = /^nats-(expected-|batch-|msg-id$)/;

/** Headers the broker acts on have no business on a fact; `undefined` when there is none. */
export function foreignHeader(headers: Readonly<Record<string, string>>): string | undefined {
  for (const name in headers) {
    if ((name.charCodeAt(0) | 32) !== 110 /* n */) continue;
    const lower = name.toLowerCase();
    if (lower.startsWith('nats-') && !allowedHeader.test(lower)) return name;
  }
  return undefined;
}

function parseBody(body: Uint8Array): { readonly value: unknown } | Refusal {
  if (!isUtf8(body)) return refuse('not-json', 'the body is not UTF-8');
  try {
    return { value: JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()) };
  } catch (error) {
    return refuse('not-json', `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const sourceOf = (writer: Writer): string =>
  writer.kind === 'endpoint' ? `endpoint/${writer.endpointId}` : `control/${writer.aggregate}/${writer.id}`;

/** The one place where an event's text becomes an event: JSON, shape, and that it speaks for the subject it lies on. */
export function checkEvent(writer: Writer, message: StoredMessage): CheckedEvent {
  const body = parseBody(message.body);
  if (!('value' in body)) return { ok: false, refusal: body, envelope: undefined };
  const value = upcast(body.value);
  const parsed = parseEvent(value, writer.kind);
  if (!parsed.ok) {
    const envelope = parseAnyEvent(value);
    const code = parsed.error.startsWith('type:') ? 'unknown-type' : 'bad-shape';
    return { ok: false, refusal: refuse(code, parsed.error), envelope: envelope.ok ? envelope.value : undefined };
  }
  const event = parsed.value;
  if (event.source !== sourceOf(writer)) {
    return { ok: false, refusal: refuse('foreign-source', `source ${event.source} does not own the subject ${message.subject}`), envelope: event };
  }
  if (writer.kind === 'control' && event.type.split('.')[1] !== writer.aggregate) {
    return { ok: false, refusal: refuse('foreign-source', `${event.type} does not belong to ${writer.aggregate}`), envelope: event };
  }
  return { ok: true, event };
}
