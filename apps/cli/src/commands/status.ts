import { getStatus } from '@kanade/api-client';
import { BaseCommand } from '../base-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderTable } from '../render/table.ts';
import { renderRebuild } from '../render/rebuild.ts';
import { formatBytes, formatTime } from '../render/units.ts';

type Answer = Awaited<ReturnType<typeof getStatus>>;

/** How far the record is checked and signed for. */
function verified({ lagEvents, invalidCount, checkpoint }: Answer['verifier']): string {
  const signed = checkpoint === null ? 'no checkpoint yet' : `checkpoint over ${checkpoint.size} events signed ${formatTime(checkpoint.time)}`;
  return `${lagEvents === 0 ? 'all events' : `all but ${lagEvents} events`}, ${invalidCount} invalid; ${signed}`;
}

/** How far the record lies on a second disk. */
function archived({ leading, directory, position, lagEvents, bytes }: NonNullable<Answer['archive']>): string {
  if (!leading) return 'by another replica';
  return `${position === null ? 'nothing yet' : `up to ${position}`}, ${lagEvents} events to go, ${formatBytes(bytes)} in ${directory}`;
}

type Stored = Awaited<ReturnType<typeof getStatus>>['storage'];

/** What the backend keeps beside the record, and how much room is left. */
function stored({ totalBytes, freeBytes, readModelBytes, verifierBytes }: Stored): string {
  const room = freeBytes === null || totalBytes === null ? 'the volume does not tell how full it is' : `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free on the volume`;
  return `read model ${formatBytes(readModelBytes)}, verifier ${formatBytes(verifierBytes)}; ${room}`;
}

export class Status extends BaseCommand {
  static override readonly summary = 'Show whether the backend is well: broker, fold, verifier, storage, fleet.';
  static override readonly examples = ['<%= config.bin %> status', '<%= config.bin %> status --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Status);
    const profile = this.connect(flags);
    const status = await getStatus();
    this.print(flags, status, () =>
      [
        `${status.status}  kanade ${status.version} at ${profile.url} (profile ${profile.name}), since ${formatTime(status.startedAt)}, position ${status.position}`,
        `endpoints: ${status.endpoints.online} of ${status.endpoints.total} online${status.endpoints.held === 0 ? '' : `, ${status.endpoints.held} held`}`,
        ...(status.fold.rebuild === null ? [] : [renderRebuild(status.fold.rebuild)]),
        `verified: ${verified(status.verifier)}`,
        ...(status.archive === null ? [] : [`archived: ${archived(status.archive)}`]),
        `storage: ${stored(status.storage)}`,
        '',
        renderTable(Object.entries(status.checks), [
          { title: 'CHECK', value: ([name]) => name },
          { title: 'STATE', value: ([, check]) => check.status },
          { title: 'DETAIL', value: ([, check]) => check.detail },
        ]),
        '',
        renderTable(status.streams, [
          { title: 'STREAM', value: (stream) => stream.name },
          { title: 'MESSAGES', value: (stream) => String(stream.messages), align: 'right' },
          { title: 'SIZE', value: (stream) => formatBytes(stream.bytes), align: 'right' },
          { title: 'OF', value: (stream) => formatBytes(stream.maxBytes), align: 'right' },
        ]),
      ].join('\n'),
    );
    if (status.status === 'failed') process.exitCode = exitCodes.failed;
  }
}
