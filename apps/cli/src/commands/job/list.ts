import { Flags } from '@oclif/core';
import { listJobs } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { pageFlags, pageOf } from '../../page-flags.ts';
import { renderTable } from '../../render/table.ts';
import { formatTime } from '../../render/units.ts';

export class JobList extends BaseCommand {
  static override readonly summary = 'List the registered jobs.';
  static override readonly flags = { ...pageFlags, search: Flags.string({ description: 'part of the id or description' }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(JobList);
    this.connect(flags);
    const page = await listJobs({ ...pageOf(flags), ...(flags.search === undefined ? {} : { search: flags.search }) });
    this.print(flags, page, () =>
      renderTable(page.items, [
        { title: 'JOB', value: (job) => job.id },
        { title: 'VERSION', value: (job) => job.version },
        { title: 'SHELL', value: (job) => job.shell },
        { title: 'APPLIED', value: (job) => formatTime(job.appliedAt) },
        { title: 'BY', value: (job) => job.appliedBy },
        { title: 'DESCRIPTION', value: (job) => job.description },
      ]),
    );
    if (!flags.json && page.nextCursor !== null) this.tell(`More: --cursor ${page.nextCursor}`);
  }
}
