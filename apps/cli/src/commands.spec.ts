import type { Command } from '@oclif/core';
import { describe, expect, it } from 'vitest';
import { BaseCommand } from './base-command.ts';
import { COMMANDS } from './commands.ts';

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
});
