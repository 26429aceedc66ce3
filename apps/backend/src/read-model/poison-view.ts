import { formatPosition, poisonStreams, streams } from '@kanade/contracts';
import type { PoisonView } from '@kanade/contracts';
import { build } from '@kanade/read-models';

/** What could not be folded, with the endpoint it concerns. */
export function selectPoison(stream: PoisonView['stream']) {
  return build
    .selectFrom('poison')
    .leftJoin('endpoints', 'endpoints.key', 'poison.endpointKey')
    .select(['poison.stream', 'poison.sequence', 'poison.code', 'poison.reason', 'poison.subject', 'poison.size', 'poison.recordedAt', 'endpoints.id as endpointId'])
    .where('poison.stream', '=', streams[stream]);
}

export type PoisonRow = Awaited<ReturnType<ReturnType<typeof selectPoison>['execute']>>[number];

export function poisonView({ stream, sequence, code, reason, subject, size, recordedAt, endpointId }: PoisonRow, incarnation: string): PoisonView {
  return {
    stream: poisonStreams.find((one) => streams[one] === stream) ?? 'events',
    position: formatPosition({ incarnation, sequence }),
    code, reason, subject, size, endpointId,
    recordedAt: new Date(recordedAt).toISOString(),
  };
}
