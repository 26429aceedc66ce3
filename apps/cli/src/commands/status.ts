import { getStatus } from '@kanade/api-client';
import { BaseCommand } from '../base-command.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderTable } from '../render/table.ts';
import { renderRebuild } from '../render/rebuild.ts';
import { formatBytes, formatTime } from '../render/units.ts';

type Verified = Awaited<ReturnType<typeof getStatus>>['verifier'];

/** How far the record is checked and signed for. */
function verified({ lagEvents, invalidCount, checkpoint }: Verified): string {
  const signed = checkpoint === null ? 'no checkpoint yet' : `checkpoint over ${checkpoint.size} events signed ${formatTime(checkpoint.time)}`;
  return `${lagEvents === 0 ? 'all events' : `all but ${lagEvents} events`}, ${invalidCount} invalid; ${signed}`;
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
