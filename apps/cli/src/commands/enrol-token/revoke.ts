import { Args } from '@oclif/core';
import { revokeEnrolmentToken } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';

export class EnrolTokenRevoke extends BaseCommand {
  static override readonly summary = 'Revoke an enrolment token: nothing more enrols with it, what has enrolled stays.';
  static override readonly args = { token: Args.string({ required: true, description: 'its id, as enrol-token list shows it' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EnrolTokenRevoke);
    this.connect(flags);
    const result = await revokeEnrolmentToken(args.token);
    this.print(flags, { tokenId: args.token, ...result }, () => `Enrolment token ${args.token} is revoked.`);
  }
}
