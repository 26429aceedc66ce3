import { Args, Flags } from '@oclif/core';
import { createToken } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { usageFailure } from '../../failure.ts';
import { formatTime } from '../../render/units.ts';

export class TokenCreate extends BaseCommand {
  static override readonly summary = 'Make a token for a machine, such as a pipeline; it is shown once.';
  static override readonly description =
    'It acts for you, within its scopes, and may do nothing that you may not. A scope is read, run, job:run:NAME or package:publish:NAME (NAME may have * in it), or a permission such as secret:write; @site:SITE behind one limits it to a site.';
  static override readonly examples = [
    '<%= config.bin %> token create nightly-backup --scope job:run:backup@site:tokyo --scope read@site:tokyo',
    '<%= config.bin %> token create dashboard --scope read --expires 30d',
  ];
  static override readonly args = { name: Args.string({ required: true, description: 'what it is for' }) };
  static override readonly flags = {
    scope: Flags.string({ description: 'what it may do; several times for several scopes', multiple: true, multipleNonGreedy: true }),
    'all-scopes': Flags.boolean({ description: 'let it do whatever you may, until you change your password or sign out everywhere', exclusive: ['scope'] }),
    expires: Flags.string({ description: 'how long it is good for, at most 366d', default: '90d' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TokenCreate);
    if (flags.scope === undefined && !flags['all-scopes']) throw usageFailure('Say what the token may do.', 'Give --scope, such as --scope read; or --all-scopes for whatever you may.');
    this.connect(flags);
    const created = await createToken({ name: args.name, scopes: flags.scope ?? null, expiresIn: flags.expires });
    this.print(flags, created, () => created.token);
    if (!flags.json) this.tell(`\nGood until ${formatTime(created.expiresAt)}. In a pipeline: KANADE_URL and KANADE_TOKEN. It ends with: kanade token revoke ${created.tokenId}`);
  }
}
