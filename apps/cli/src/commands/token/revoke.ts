import { Args, Flags } from '@oclif/core';
import { revokeOwnToken, revokeToken } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';

export class TokenRevoke extends BaseCommand {
  static override readonly summary = 'End a token before its time.';
  static override readonly args = { token: Args.string({ required: true, description: 'its id, as token list shows it' }) };
  static override readonly flags = { any: Flags.boolean({ description: 'also a token of somebody else, as an administrator' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TokenRevoke);
    this.connect(flags);
    await (flags.any ? revokeToken(args.token) : revokeOwnToken(args.token));
    this.print(flags, { tokenId: args.token }, () => `Token ${args.token} is revoked.`);
  }
}
