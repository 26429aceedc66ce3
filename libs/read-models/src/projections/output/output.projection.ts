import { headers as names, parseOutputSubject } from '@kanade/contracts';
import { refuse } from '../../fold/events.ts';
import type { Refusal } from '../../fold/events.ts';
import type { StoredMessage } from '../../fold/message.ts';
import type { Session } from '../../fold/session.ts';
import type { ChunksTable } from '../../generated/tables.ts';
import { prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

/** The numbers that stand for output streams in rows. */
export const outputStreamNumbers = { stdout: 0, stderr: 1 } as const;

const offsetPattern = /^\d{1,15}$/;

/** What scripts printed, chunk by chunk; `stored` hears of each run that got one. */
export function openOutput({ connection, keys }: Session, stored: (runKey: number) => void) {
  const insert = prepareWrite(connection, (query, parameter: Parameter<ChunksTable>) =>
    query.insertInto('chunks').values({
      sequence: parameter('sequence'), runKey: parameter('runKey'), stream: parameter('stream'), chunk: parameter('chunk'),
      offset: parameter('offset'), size: parameter('size'), bytes: parameter('bytes'),
    }));
  const findRun = prepareGet(connection, (query, parameter: Parameter<{ id: string }>) =>
    query.selectFrom('runs').select(['key', 'endpointKey']).where('id', '=', parameter('id')));
  // A run's chunks come together: remembering the last run saves nearly every lookup of a long output.
  let last: { id: string; key: number; endpointKey: number } | undefined;

  return {
    /** `unknown` when the run has not been folded yet. */
    fold(message: StoredMessage): Refusal | 'unknown' | undefined {
      const place = parseOutputSubject(message.subject);
      if (place === undefined) return refuse('bad-subject', `${message.subject} is no subject of an output chunk`);
      const offset = message.headers[names.offset] ?? '';
      if (!offsetPattern.test(offset)) return refuse('bad-shape', 'the chunk does not say at which offset it begins');
      if (last?.id !== place.runId) {
        const found = findRun({ id: place.runId });
        if (found === undefined) return 'unknown';
        last = { id: place.runId, ...found };
      }
      if (keys.endpoint(place.endpointId) !== last.endpointKey) return refuse('foreign-source', `run ${place.runId} is not on endpoint ${place.endpointId}`);
      insert({
        sequence: message.sequence, runKey: last.key, stream: outputStreamNumbers[place.stream], chunk: place.chunk,
        offset: Number(offset), size: message.body.byteLength, bytes: message.body,
      });
      stored(last.key);
      return undefined;
    },
    forget(): void {
      last = undefined;
    },
  };
}
