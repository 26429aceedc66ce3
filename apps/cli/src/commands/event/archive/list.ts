import { getArchive, type Archive } from '@kanade/api-client';
import { BaseCommand } from '../../../base-command.ts';
import { renderTable } from '../../../render/table.ts';
import { formatBytes, formatCount, formatTime } from '../../../render/units.ts';

export class EventArchiveList extends BaseCommand {
  static override readonly summary = 'Show what the archive of the record holds, its seals, and what the broker still holds.';
  static override readonly examples = ['<%= config.bin %> event archive list'];

  async run(): Promise<void> {
    const { flags } = await this.parse(EventArchiveList);
    this.connect(flags);
    this.print(flags, await getArchive(), render);
  }
}

function render({ incarnation, ranges, stream, segments, seals }: Archive): string {
  const held = ranges.map(({ first, last }) => `${first} to ${last}`).join(', ');
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return [
    `history    ${incarnation}`,
    `archived   ${held === '' ? 'nothing yet' : held} (${formatCount(segments.length, 'segment')}, ${formatBytes(bytes)})`,
    `in broker  ${stream === null ? 'nothing' : `${stream.first} to ${stream.last}`}`,
    seals.length === 0 ? 'sealed     nothing' : '',
    ...(seals.length === 0
      ? []
      : [
          renderTable(seals, [
            { title: 'SEALED THROUGH', value: ({ size }) => `${incarnation}:${size}` },
            { title: 'SEALED', value: ({ time }) => formatTime(time) },
            { title: 'SEGMENTS', value: (seal) => String(seal.segments) },
            { title: 'SIZE', value: (seal) => formatBytes(seal.bytes) },
            { title: 'ROOT', value: ({ root }) => root },
          ]),
        ]),
  ].filter((line) => line !== '').join('\n');
}
