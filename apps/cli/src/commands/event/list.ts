import { Flags } from '@oclif/core';
import { listEvents, type EventView } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { eventFilterFlags, filterOf } from '../../event-filter.ts';
import { pageFlags, pageOf } from '../../page-flags.ts';
import { renderTable, type Column } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class EventList extends BaseCommand {
  static override readonly summary = 'List events of the history, the newest first.';
  static override readonly flags = {
    ...pageFlags,
    ...eventFilterFlags,
    from: Flags.string({ description: 'only those recorded at or after this time (RFC 3339)' }),
    to: Flags.string({ description: 'only those recorded at this time or earlier (RFC 3339)' }),
    order: Flags.option({ options: ['asc', 'desc'] as const, default: 'desc', description: 'oldest or newest first' })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(EventList);
    this.connect(flags);
    const page = await listEvents({
      ...pageOf(flags),
      ...(await filterOf(flags)),
      order: flags.order,
      ...(flags.from === undefined ? {} : { from: flags.from }),
      ...(flags.to === undefined ? {} : { to: flags.to }),
    });
    this.print(flags, page, () => renderTable(page.items, eventColumns));
    if (!flags.json && page.nextCursor !== null) this.tell(`More: --cursor ${page.nextCursor}`);
  }
}

const eventColumns: readonly Column<EventView>[] = [
  { title: 'POSITION', value: (event) => event.position },
  { title: 'RECORDED', value: (event) => formatTime(event.recordedAt) },
  { title: 'TYPE', value: (event) => event.type + (event.status === 'poison' ? ' (poison)' : '') },
  { title: 'SOURCE', value: (event) => event.source },
  { title: 'BY', value: (event) => event.principal ?? '' },
];
