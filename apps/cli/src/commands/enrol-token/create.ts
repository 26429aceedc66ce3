import { Flags } from '@oclif/core';
import { createEnrolmentToken } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { formatTime } from '../../render/units.ts';

export class EnrolTokenCreate extends BaseCommand {
  static override readonly summary = 'Make a token that lets machines enrol; it is shown once.';
  static override readonly examples = ['<%= config.bin %> enrol-token create', '<%= config.bin %> enrol-token create --max-uses 50 --expires 7d --site tokyo'];
  static override readonly flags = {
    'max-uses': Flags.integer({ description: 'how many machines may use it', default: 1, min: 1 }),
    expires: Flags.string({ description: 'how long it is good for', default: '24h' }),
    site: Flags.string({ description: 'the site its machines belong to', default: 'default' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(EnrolTokenCreate);
    this.connect(flags);
    const created = await createEnrolmentToken({ expiresIn: flags.expires, maxUses: flags['max-uses'], site: flags.site });
    this.print(flags, created, () => created.token);
    if (!flags.json) {
      this.tell(`\nGood for ${created.maxUses} machine(s) until ${formatTime(created.expiresAt)}. On the machine:`);
      this.tell('  kanade-agent enrol TOKEN --data-dir DIR && kanade-agent run --data-dir DIR');
    }
  }
}
