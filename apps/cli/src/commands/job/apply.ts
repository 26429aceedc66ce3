import { Args } from '@oclif/core';
import { applyJob } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { usageFailure } from '../../failure.ts';

export class JobApply extends BaseCommand {
  static override readonly summary = 'Register a manifest; the same one again changes nothing.';
  static override readonly examples = ['<%= config.bin %> job apply examples/jobs/hello.yaml'];
  static override readonly args = { file: Args.string({ required: true, description: 'the manifest' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobApply);
    const { formatProblem, readManifest } = await import('../../manifest/read-manifest.ts');
    const read = readManifest(args.file);
    if ('problems' in read) throw usageFailure(`The manifest is not valid.\n${read.problems.map(formatProblem).join('\n')}`);
    this.connect(flags);
    const { id, version, description, execute, secrets } = read.manifest;
    const result = await applyJob(id, { version, description, execute, secrets: [...secrets] });
    this.print(flags, { jobId: id, version, ...result }, () => `${id} ${version}: ${result.outcome}`);
  }
}
