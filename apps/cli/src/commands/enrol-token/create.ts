import { Flags } from '@oclif/core';
import { createEnrolmentToken, type CreateEnrolmentTokenRequest } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { formatTime } from '../../render/units.ts';
import { resolveEndpoint } from '../../targets.ts';

export class EnrolTokenCreate extends BaseCommand {
  static override readonly summary = 'Make a token that lets machines enrol; it is shown once.';
  static override readonly examples = ['<%= config.bin %> enrol-token create', '<%= config.bin %> enrol-token create --max-uses 50 --expires 7d --site tokyo', '<%= config.bin %> enrol-token create --for web-1'];
  static override readonly flags = {
    'max-uses': Flags.integer({ description: 'how many machines may use it', default: 1, min: 1 }),
    expires: Flags.string({ description: 'how long it is good for', default: '24h' }),
    site: Flags.string({ description: 'the site its machines belong to', default: 'default' }),
    approval: Flags.boolean({ description: 'let its machines wait until somebody approves them', default: false }),
    for: Flags.string({ description: 'give this endpoint, by name or id, the keys of the machine that uses it', exclusive: ['max-uses', 'site', 'approval'] }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(EnrolTokenCreate);
    this.connect(flags);
    const created = await createEnrolmentToken(await requestOf(flags));
    this.print(flags, created, () => created.token);
    if (!flags.json) {
      this.tell(`\nGood for ${created.maxUses} machine(s) until ${formatTime(created.expiresAt)}. On the machine:`);
      this.tell('  kanade-agent enrol TOKEN --data-dir DIR && kanade-agent run --data-dir DIR');
      if (flags.approval) this.tell('It then waits for: kanade endpoint approve NAME');
      if (flags.for !== undefined) this.tell(`DIR must be empty. The machine becomes ${flags.for}; the keys ${flags.for} has had are cut off when it does.`);
    }
  }
}

interface CreateFlags {
  readonly expires: string;
  readonly 'max-uses': number;
  readonly site: string;
  readonly approval: boolean;
  readonly for?: string | undefined;
}

async function requestOf(flags: CreateFlags): Promise<CreateEnrolmentTokenRequest> {
  if (flags.for !== undefined) return { expiresIn: flags.expires, endpointId: await resolveEndpoint(flags.for) };
  return { expiresIn: flags.expires, maxUses: flags['max-uses'], site: flags.site, approval: flags.approval };
}
