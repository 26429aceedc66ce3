import { Parser, type Command } from '@oclif/core';
import { describe, expect, it } from 'vitest';
import { BaseCommand } from './base-command.ts';
import { COMMANDS } from './commands.ts';
import { ExecutionCancel } from './commands/execution/cancel.ts';
import { JobRun } from './commands/job/run.ts';

const commands: readonly (readonly [string, Command.Class])[] = Object.entries(COMMANDS);

describe('the command line', () => {
  it('is what scripts out there rely on: commands, arguments and flags', async () => {
    const lines = commands.map(([id, command]) => {
      const args = Object.keys({ ...command.args }).map((name) => name.toUpperCase());
      const flags = Object.keys({ ...BaseCommand.baseFlags, ...command.flags }).sort().map((name) => `--${name}`);
      return ['kanade', id.replace(':', ' '), ...args, ...flags].join(' ');
    });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../cli-surface.txt');
  });

  it.each(commands)('%s says what it does', (_id, command) => {
    expect(command.summary).toMatch(/^[A-Z].*\.$/s);
    for (const [name, flag] of Object.entries({ ...command.flags })) expect(flag.description, `--${name}`).toBeTruthy();
  });

  it('takes one value for each repeatable flag, so that an argument may stand behind it', async () => {
    const run = await Parser.parse(['--endpoint', 'db-1', 'backup', '--endpoint', 'db-2'], { args: JobRun.args, flags: JobRun.flags, strict: true });
    expect(run).toMatchObject({ args: { job: 'backup' }, flags: { endpoint: ['db-1', 'db-2'] } });
    const cancel = await Parser.parse(['--run', 'r1', 'x1'], { args: ExecutionCancel.args, flags: ExecutionCancel.flags, strict: true });
    expect(cancel).toMatchObject({ args: { execution: 'x1' }, flags: { run: ['r1'] } });
  });

  it.each(commands)('%s lets no flag swallow arguments', (_id, command) => {
    const greedy = Object.entries({ ...command.flags }).filter(([, flag]) => flag.type === 'option' && flag.multiple === true && flag.multipleNonGreedy !== true);
    expect(greedy.map(([name]) => name)).toEqual([]);
  });
});
