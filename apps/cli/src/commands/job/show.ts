import { Args } from '@oclif/core';
import { getJob } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pastFlags } from '../../past-flags.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class JobShow extends BaseCommand {
  static override readonly summary = 'Show one job: its manifest and its versions.';
  static override readonly args = { job: Args.string({ required: true, description: 'its id' }) };
  static override readonly flags = { ...pastFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobShow);
    this.connect(flags);
    const job = await getJob(args.job);
    const { stringify } = await import('yaml');
    this.print(flags, job, () => {
      const manifest = stringify({ id: job.id, version: job.version, description: job.description, ...(job.secrets.length === 0 ? {} : { secrets: job.secrets }), execute: job.execute });
      const versions = renderTable(job.versions, [
        { title: 'VERSION', value: (version) => version.version },
        { title: 'APPLIED', value: (version) => formatTime(version.appliedAt) },
        { title: 'BY', value: (version) => version.appliedBy },
        { title: 'POSITION', value: (version) => version.position },
      ]);
      return `${manifest}\n${versions}`;
    });
  }
}
