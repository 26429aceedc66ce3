import { parsePerformanceSample } from './parse-sample.ts';
import { refuse } from '../../fold/events.ts';
import type { Refusal } from '../../fold/events.ts';
import type { StoredMessage } from '../../fold/message.ts';
import type { Session } from '../../fold/session.ts';
import type { SamplesTable } from '../../generated/tables.ts';
import { prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

/** How long samples stay, measured at the newest one folded, so that a rebuild keeps the same. */
export const samplesKeptMs = 25 * 3_600_000;
/** Rows forgotten in one commit: more than can arrive in one, few enough not to be felt. */
const forgottenAtOnce = 5000;

const subjectPattern = /^kanade\.metrics\.([^.]+)$/;

export function openSamples({ connection, keys, changes, erasures }: Session) {
  const insert = prepareWrite(connection, (query, parameter: Parameter<SamplesTable>) =>
    query.insertInto('samples').values({
      sequence: parameter('sequence'), endpointKey: parameter('endpointKey'), recordedAt: parameter('recordedAt'), value: parameter('value'),
    }));
  // The oldest rows come first in the table itself, so no index on time is needed to find them.
  const forget = prepareWrite(connection, (query, parameter: Parameter<{ before: number }>) =>
    query
      .deleteFrom('samples')
      .where('sequence', 'in', (from) => from.selectFrom('samples').select('sequence').orderBy('sequence').limit(forgottenAtOnce))
      .where('recordedAt', '<', parameter('before')));
  let newest = 0;

  return {
    /** `unknown` when the endpoint has not been folded yet. */
    fold(message: StoredMessage): Refusal | 'unknown' | undefined {
      const endpointId = subjectPattern.exec(message.subject)?.[1];
      if (endpointId === undefined) return refuse('bad-subject', `${message.subject} is no subject of a sample`);
      const endpointKey = keys.endpoint(endpointId);
      if (endpointKey === undefined) return 'unknown';
      if (erasures.covers(endpointKey, message.recordedAt)) return undefined;
      const parsed = parsePerformanceSample(message.body);
      if (!parsed.ok) return refuse('bad-shape', parsed.error);
      insert({ sequence: message.sequence, endpointKey, recordedAt: message.recordedAt, value: JSON.stringify(parsed.value) });
      changes.sample({ endpointId, sample: parsed.value });
      newest = Math.max(newest, message.recordedAt);
      return undefined;
    },
    flush(): void {
      if (newest > 0) forget({ before: newest - samplesKeptMs });
      newest = 0;
    },
  };
}
