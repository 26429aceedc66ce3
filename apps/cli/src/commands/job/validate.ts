import { Args } from '@oclif/core';
import { BaseCommand } from '../../base-command.ts';
import { exitCodes } from '../../exit-codes.ts';

export class JobValidate extends BaseCommand {
  static override readonly summary = 'Check manifests, without a backend.';
  static override readonly examples = ['<%= config.bin %> job validate jobs/*.yaml'];
  static override readonly strict = false;
  static override readonly args = { file: Args.string({ required: true, description: 'a manifest; more may follow' }) };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(JobValidate);
    const { formatProblem, readManifest } = await import('../../manifest/read-manifest.ts');
    const results = argv.map((file) => ({ file: String(file), read: readManifest(String(file)) }));
    const problems = results.flatMap(({ read }) => ('problems' in read ? read.problems : []));
    this.print(flags, { valid: problems.length === 0, problems }, () =>
      results.map(({ file, read }) => ('problems' in read ? read.problems.map(formatProblem).join('\n') : `${file}: valid`)).join('\n'),
    );
    if (problems.length > 0) process.exitCode = exitCodes.usage;
  }
}
