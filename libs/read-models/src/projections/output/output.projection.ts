import { headers as names, parseOutputSubject } from '@kanade/contracts';
import { refuse } from '../../fold/events.ts';
import type { Refusal } from '../../fold/events.ts';
import type { StoredMessage } from '../../fold/message.ts';
import type { Session } from '../../fold/session.ts';
import type { ChunksTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';
import { outputStreamNumbers } from './stream-numbers.ts';

const offsetPattern = /^\d{1,15}$/;

/** The side of runs that output needs. */
export interface OutputRuns {
  /** The run a chunk is of; undefined while it has not been folded. */
  ofOutput(id: string): { readonly key: number; readonly endpointKey: number; readonly outputErased: number } | undefined;
  /** Told of every chunk once it is stored. */
  outputStored(id: string, runKey: number, stream: number, chunk: number): void;
}

/** What scripts printed, chunk by chunk. */
export function openOutput({ connection, keys, changes }: Session, runs: OutputRuns) {
  const insert = prepareWrite(connection, (query, parameter: Parameter<ChunksTable>) =>
    query.insertInto('chunks').values({
      sequence: parameter('sequence'), runKey: parameter('runKey'), stream: parameter('stream'), chunk: parameter('chunk'),
      offset: parameter('offset'), size: parameter('size'), recordedAt: parameter('recordedAt'), bytes: parameter('bytes'),
    }));

  return {
    /** `unknown` when the run has not been folded yet. */
    fold(message: StoredMessage): Refusal | 'unknown' | undefined {
      const place = parseOutputSubject(message.subject);
      if (place === undefined) return refuse('bad-subject', `${message.subject} is no subject of an output chunk`);
      const offset = message.headers[names.offset] ?? '';
      if (!offsetPattern.test(offset)) return refuse('bad-shape', 'the chunk does not say at which offset it begins');
      const run = runs.ofOutput(place.runId);
      if (run === undefined) return 'unknown';
      if (keys.endpoint(place.endpointId) !== run.endpointKey) return refuse('foreign-source', `run ${place.runId} is not on endpoint ${place.endpointId}`);
      if (run.outputErased === 1) {
        // It lay on its endpoint when the rest was erased.
        changes.row('erasure', `run ${place.runId}`);
        return undefined;
      }
      const stream = outputStreamNumbers[place.stream];
      insert({
        sequence: message.sequence, runKey: run.key, stream, chunk: place.chunk, offset: Number(offset), size: message.body.byteLength, recordedAt: message.recordedAt, bytes: message.body,
      });
      runs.outputStored(place.runId, run.key, stream, place.chunk);
      return undefined;
    },
  };
}
