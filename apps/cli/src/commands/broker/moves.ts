import { Flags } from '@oclif/core';
import { listBrokerMoves } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pageFlags, pageOf } from '../../page-flags.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

const states = ['moved', 'trying', 'not-heard', 'refused'] as const;

export class BrokerMoves extends BaseCommand {
  static override readonly summary = 'Show how far each endpoint is with the newest move to another broker address.';
  static override readonly flags = { ...pageFlags, state: Flags.option({ options: states, description: 'only endpoints that are this far' })() };

  async run(): Promise<void> {
    const { flags } = await this.parse(BrokerMoves);
    this.connect(flags);
    const page = await listBrokerMoves({ ...pageOf(flags), ...(flags.state === undefined ? {} : { state: flags.state }) });
    this.print(flags, page, () =>
      renderTable(page.items, [
        { title: 'ENDPOINT', value: (move) => move.endpointName },
        { title: 'STATE', value: (move) => move.state },
        { title: 'TO', value: (move) => move.urls.join(', ') },
        { title: 'SAID', value: (move) => formatTime(move.saidAt) },
        { title: 'REASON', value: (move) => move.reason ?? '' },
      ]),
    );
    if (flags.json) return;
    this.tell(states.map((state) => `${page.counts[state]} ${state}`).join(', '));
    if (page.nextCursor !== null) this.tell(`More: --cursor ${page.nextCursor}`);
  }
}
