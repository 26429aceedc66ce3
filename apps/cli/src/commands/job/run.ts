import { Args, Flags } from '@oclif/core';
import { createExecution } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { executionFlags, runExecution } from '../../run/run-execution.ts';
import { resolveTargets, targetFlags } from '../../targets.ts';

export class JobRun extends BaseCommand {
  static override readonly summary = 'Run a registered job on endpoints and wait for its results.';
  static override readonly examples = ['<%= config.bin %> job run hello --all', '<%= config.bin %> job run backup --endpoint db-1 --supersede'];
  static override readonly args = { job: Args.string({ required: true, description: 'its id' }) };
  static override readonly flags = {
    ...targetFlags,
    ...executionFlags,
    supersede: Flags.boolean({ description: 'cancel this job’s runs that still wait on the same endpoints' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(JobRun);
    const profile = this.connect(flags);
    await runExecution(this, profile, flags, async (headers, confirm) =>
      createExecution(
        {
          targets: await resolveTargets(flags),
          what: { kind: 'job', jobId: args.job },
          expiresIn: flags.expires,
          supersede: flags.supersede,
          ...confirm,
        },
        { headers },
      ),
    );
  }
}
