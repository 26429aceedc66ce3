import { listEnrolmentTokens } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pageFlags, pageOf } from '../../page-flags.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class EnrolTokenList extends BaseCommand {
  static override readonly summary = 'List the enrolment tokens, newest first: what they allow and how often they were used.';
  static override readonly flags = { ...pageFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(EnrolTokenList);
    this.connect(flags);
    const page = await listEnrolmentTokens(pageOf(flags));
    this.print(flags, page, () =>
      renderTable(page.items, [
        { title: 'TOKEN', value: (token) => token.tokenId },
        { title: 'STATE', value: (token) => token.state },
        { title: 'USES', value: (token) => `${token.uses} of ${token.maxUses}` },
        { title: 'LAST USE', value: (token) => formatTime(token.lastUsedAt) },
        { title: 'EXPIRES', value: (token) => formatTime(token.expiresAt) },
        { title: 'FOR', value: (token) => (token.endpointId === null ? `site ${token.site}${token.approval ? ', after approval' : ''}` : `new keys of ${token.endpointId}`) },
        { title: 'BY', value: (token) => token.createdBy },
      ]),
    );
    if (!flags.json && page.nextCursor !== null) this.tell(`More: --cursor ${page.nextCursor}`);
  }
}
