import type { StoredMessage } from './message.ts';

const dayMs = 86_400_000;

/** The day of a moment (Unix ms) as budgets count them: days since 1970, UTC. */
export const budgetDay = (at: number): number => Math.floor(at / dayMs);

/** What an endpoint has stored on one day. */
export interface Budget {
  readonly day: number;
  readonly events: number;
  readonly bytes: number;
}

/** What a message takes of the record, bytes; headers count, or they would be the way round. */
function sizeOf({ subject, headers, body }: StoredMessage): number {
  let size = subject.length + body.length;
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}

/** What has been stored with one message more, by the broker's clock: a new day begins anew. */
export function spend(before: Budget | undefined, message: StoredMessage): Budget {
  const day = budgetDay(message.recordedAt);
  const bytes = sizeOf(message);
  return before?.day === day ? { day, events: before.events + 1, bytes: before.bytes + bytes } : { day, events: 1, bytes };
}
