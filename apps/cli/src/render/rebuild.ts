import type { RebuildProgress } from '@kanade/api-client';
import { formatDuration, formatTime } from './units.ts';

/** How far a rebuild is, in one line. */
export function renderRebuild({ number, startedAt, eventsDone, eventsTotal, eventsPerSecond, secondsLeft }: RebuildProgress): string {
  const percent = eventsTotal === 0 ? 100 : Math.floor((100 * eventsDone) / eventsTotal);
  const pace = secondsLeft === null ? '' : `, ${eventsPerSecond} a second, ${formatDuration(secondsLeft * 1000)} left`;
  return `read model ${number} is being built since ${formatTime(startedAt)}: ${eventsDone} of ${eventsTotal} events (${percent} %)${pace}`;
}
