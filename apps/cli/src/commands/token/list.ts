import { Flags } from '@oclif/core';
import { listOwnTokens, listTokens } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class TokenList extends BaseCommand {
  static override readonly summary = 'List tokens that count: what they may do, when they were last used; never the tokens themselves.';
  static override readonly flags = {
    user: Flags.string({ description: 'those of this user', exclusive: ['all'] }),
    all: Flags.boolean({ description: 'those of everybody' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(TokenList);
    this.connect(flags);
    const ofOthers = flags.all || flags.user !== undefined;
    const list = ofOthers ? await listTokens(flags.user === undefined ? {} : { username: flags.user }) : await listOwnTokens();
    this.print(flags, list, () =>
      renderTable(list.items, [
        { title: 'TOKEN', value: (token) => token.tokenId },
        { title: 'NAME', value: (token) => token.name },
        ...(ofOthers ? [{ title: 'OWNER', value: (token: (typeof list.items)[number]) => token.username }] : []),
        { title: 'SCOPES', value: (token) => token.scopes?.join(', ') ?? 'all of its owner’s' },
        { title: 'LAST USE', value: (token) => (token.lastUsedAt === null ? '-' : `${formatTime(token.lastUsedAt)} from ${token.lastUsedFrom ?? '?'}`) },
        { title: 'EXPIRES', value: (token) => formatTime(token.expiresAt) },
      ]),
    );
  }
}
