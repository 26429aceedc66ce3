import { controlEventSchema, subjects } from '@kanade/contracts';
import type { ControlEvent, RotatableKeyUse } from '@kanade/contracts';
import type { EventDraftOf } from '@kanade/domain';
import { signMessage } from '@kanade/messaging';
import type { EventLog, KeyRotation, SigningKey } from '@kanade/messaging';
import { newId } from '../history/uuid.ts';

type KeyDraft = EventDraftOf<'kanade.key.rotated.v1'> | EventDraftOf<'kanade.key.retired.v1'>;

interface Options {
  readonly events: EventLog;
  /** Signs whatever is told of keys: the control key may be the one that was replaced. */
  readonly root: SigningKey;
  /** Every rotation of this installation, oldest first. */
  readonly rotations: readonly KeyRotation[];
  readonly now: number;
}

const attempts = 5;

function missing(rotations: readonly KeyRotation[], known: readonly ControlEvent[]): KeyDraft[] {
  const rotated = new Set(known.flatMap((event) => (event.type === 'kanade.key.rotated.v1' ? [event.data.next.id] : [])));
  const retired = new Set(known.flatMap((event) => (event.type === 'kanade.key.retired.v1' ? [event.data.id] : [])));
  return rotations.flatMap(({ retired: end, ...data }): KeyDraft[] => [
    ...(rotated.has(data.next.id) ? [] : [{ type: 'kanade.key.rotated.v1' as const, data }]),
    ...(end === null || retired.has(data.previous.id) ? [] : [{ type: 'kanade.key.retired.v1' as const, data: { use: data.use, id: data.previous.id, retiredAt: end.at, retiredBy: end.by } }]),
  ]);
}

async function recordUse(use: RotatableKeyUse, { events: log, root, rotations, now }: Options): Promise<number> {
  const subject = subjects.controlEvents('key', use);
  const own = rotations.filter((rotation) => rotation.use === use);
  for (let attempt = 0; own.length > 0 && attempt < attempts; attempt += 1) {
    const messages = await log.readSubject(subject);
    const drafts = missing(own, messages.map(({ body }) => controlEventSchema.parse(JSON.parse(Buffer.from(body).toString()))));
    if (drafts.length === 0) return 0;
    const entries = drafts.map((draft) => {
      const event: ControlEvent = { specversion: '1.0', id: newId(now), source: `control/key/${use}`, time: new Date(now).toISOString(), principal: 'system', ...draft };
      const body = Buffer.from(JSON.stringify(event));
      return { subject, body, expectedLastSequence: messages.at(-1)?.sequence ?? 0, headers: signMessage(root, 'control', subject, body) };
    });
    if ((await log.append(entries)).outcome === 'stored') return entries.length;
  }
  return 0;
}

/**
 * Writes down which keys were replaced, unless the history says so already, and returns how many events that took. It must come before
 * anything the new control key signs: the fold believes a control key from its event on.
 */
export async function recordRotations(options: Options): Promise<number> {
  const uses = new Set(options.rotations.map(({ use }) => use));
  let count = 0;
  // The border of the control key first: until it is there, nobody may write anything else.
  for (const use of [...uses].sort((a, b) => Number(b === 'control') - Number(a === 'control'))) count += await recordUse(use, options);
  return count;
}
