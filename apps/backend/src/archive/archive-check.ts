import type { PositionRange } from '@kanade/archive';
import type { ArchiveStatus, SystemStatus } from '@kanade/contracts';

/** So many events may wait to be archived before somebody should look. */
const behind = 10_000;

const count = (ranges: readonly PositionRange[]): number => ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);

/** `3 events (12, 40 to 41) are`, for one `1 event (12) is`. */
const subjectOf = (ranges: readonly PositionRange[]): string => `${named(ranges)} ${count(ranges) === 1 ? 'is' : 'are'}`;

/** `3 events (12, 40 to 41)`. */
function named(ranges: readonly PositionRange[]): string {
  const total = count(ranges);
  const shown = ranges.slice(0, 5).map(({ first, last }) => (first === last ? `${first}` : `${first} to ${last}`));
  return `${total} ${total === 1 ? 'event' : 'events'} (${shown.join(', ')}${ranges.length > shown.length ? ', …' : ''})`;
}

function troubles({ failure, damage, lacks, lagEvents }: ArchiveStatus): string[] {
  const { missing, altered, archive } = damage;
  return [
    ...(failure === null ? [] : [`The archive is in trouble: ${failure}.`]),
    ...(missing.length === 0 ? [] : [`${subjectOf(missing)} missing in the broker's files, and read from the archive. Make the broker whole with: kanade event recover`]),
    ...(altered.length === 0 ? [] : [`${subjectOf(altered)} not the same in the broker and in the archive. See "Archive" in docs/operations.md.`]),
    ...(archive.length === 0 ? [] : [`${subjectOf(archive)} damaged in the archive, and in the broker too: restore the archive's files from a copy.`]),
    ...(lacks.length === 0 ? [] : [`The archive lacks ${named(lacks)}: they were gone from the broker before they were archived.`]),
    ...(lagEvents > behind ? [`${lagEvents} events are still to be archived.`] : []),
  ];
}

/** The archive in one line of the status; undefined where nothing is archived. */
export function archiveCheck(archive: ArchiveStatus | undefined): SystemStatus['checks']['archive'] {
  if (archive === undefined) return { status: 'ok', detail: 'The record is not archived: KANADE_ARCHIVE_DIR is not set.' };
  if (archive.damage.rewound !== null) return { status: 'failed', detail: archive.damage.rewound };
  const found = troubles(archive);
  if (found.length > 0) return { status: 'degraded', detail: found.join(' ') };
  if (!archive.leading) return { status: 'ok', detail: 'Another replica archives.' };
  if (archive.position === null) return { status: 'ok', detail: 'The archive is being opened.' };
  return { status: 'ok', detail: `Archived up to ${archive.position}.` };
}
