import { Args } from '@oclif/core';
import { deleteSecret } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';

export class SecretDelete extends BaseCommand {
  static override readonly summary = 'Delete a secret and purge its value; jobs that refer to it cannot run.';
  static override readonly args = { name: Args.string({ required: true, description: 'its name, as secret list shows it' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SecretDelete);
    this.connect(flags);
    const result = await deleteSecret(args.name);
    this.print(flags, { name: args.name, ...result }, () => `Secret ${args.name} is deleted, its value purged.`);
  }
}
