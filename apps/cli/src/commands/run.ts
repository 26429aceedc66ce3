import { readFileSync } from 'node:fs';
import { Flags } from '@oclif/core';
import { createExecution } from '@kanade/api-client';
import { BaseCommand } from '../base-command.ts';
import { messageOf, usageFailure } from '../failure.ts';
import { executionFlags, runExecution } from '../run/run-execution.ts';
import { resolveTargets, targetFlags } from '../targets.ts';

const shells = ['sh', 'bash', 'pwsh', 'powershell', 'cmd'] as const;

export class Run extends BaseCommand {
  static override readonly summary = 'Run a script on endpoints and wait for its results.';
  static override readonly description =
    'Everything after -- is the script. Output comes as it is printed; the exit code is 0 if every run succeeded, 1 if any did not, ' +
    '2 for a usage error or no target, 3 if the backend was out of reach for over 30 s.';
  static override readonly examples = [
    "<%= config.bin %> run --all -- 'uname -a'",
    '<%= config.bin %> run --endpoint web-1 --endpoint web-2 --shell bash --file ./check.sh',
    '<%= config.bin %> run --all --shell powershell --expires 7d --detach -- Get-ComputerInfo',
  ];
  static override readonly strict = false;
  static override readonly flags = {
    ...targetFlags,
    ...executionFlags,
    shell: Flags.option({ options: shells, default: 'sh', description: 'the shell the script is written for' })(),
    file: Flags.string({ char: 'f', description: 'read the script from a file (- for standard input)' }),
    timeout: Flags.string({ description: 'how long it may run before it is stopped', default: '15m' }),
    'run-as': Flags.option({ options: ['system', 'user'] as const, default: 'system', description: 'the identity it runs under' })(),
    cwd: Flags.string({ description: 'the directory it starts in' }),
    env: Flags.string({ multiple: true, multipleNonGreedy: true, description: 'a variable for it, NAME=VALUE; may be repeated' }),
    arg: Flags.string({ multiple: true, multipleNonGreedy: true, description: 'an argument for it; may be repeated' }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(Run);
    const script = readScript(flags.file, argv.map(String));
    const env = readVariables(flags.env ?? []);
    const profile = this.connect(flags);
    await runExecution(this, profile, flags, async (headers, confirm) =>
      createExecution(
        {
          targets: await resolveTargets(flags),
          what: {
            kind: 'script',
            execute: {
              shell: flags.shell,
              script,
              timeout: flags.timeout,
              runAs: flags['run-as'],
              env,
              arguments: flags.arg ?? [],
              ...(flags.cwd === undefined ? {} : { cwd: flags.cwd }),
            },
          },
          expiresIn: flags.expires,
          supersede: false,
          ...confirm,
        },
        { headers },
      ),
    );
  }
}

function readScript(file: string | undefined, words: readonly string[]): string {
  if (file === undefined) {
    if (words.length === 0) throw usageFailure('No script.', "Write it after --, as in: kanade run --all -- 'uname -a'; or name a file with --file.");
    return words.join(' ');
  }
  if (words.length > 0) throw usageFailure('The script is given twice: with --file and after --.', 'Leave one of them out.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file === '-' ? 0 : file));
  } catch (error) {
    throw usageFailure(`--file ${file} cannot be read: ${messageOf(error)}`, 'It must exist and be UTF-8 text.');
  }
}

function readVariables(assignments: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const split = assignment.indexOf('=');
      if (split < 1) throw usageFailure(`--env ${assignment}: not NAME=VALUE.`);
      return [assignment.slice(0, split), assignment.slice(split + 1)];
    }),
  );
}
