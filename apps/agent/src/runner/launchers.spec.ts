import { shells } from '@kanade/contracts';
import { describe, expect, it } from 'vitest';
import { launchers } from './launchers.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
const file = '/staging/run/script';

describe.each(shells)('%s', (shell) => {
  const launcher = launchers[shell];

  it('takes the file and then the arguments, each as one', () => {
    const commandLine = launcher.commandLine(file, ['two words', '"', '-x']);
    expect(commandLine.slice(-4)).toEqual([file, 'two words', '"', '-x']);
  });

  it('keeps the script’s text off the command line', () => {
    expect(launcher.commandLine(file, []).join(' ')).not.toContain('echo');
    expect(text(launcher.encode('echo 日本語'))).toContain('echo 日本語');
  });
});

it('writes scripts for Unix shells byte for byte', () => {
  expect(text(launchers.sh.encode('a\r\nb\n'))).toBe('a\r\nb\n');
  expect(text(launchers.bash.encode('a\nb'))).toBe('a\nb');
});

it('marks scripts for Windows PowerShell as UTF-8, once', () => {
  expect(text(launchers.powershell.encode('a'))).toBe('\uFEFFa');
  expect(text(launchers.powershell.encode('\uFEFFa'))).toBe('\uFEFFa');
  expect(text(launchers.pwsh.encode('a'))).toBe('a');
});

it('writes batch files with the line ends cmd needs and without a mark', () => {
  expect(text(launchers.cmd.encode('\uFEFF@echo off\nrem\r\n'))).toBe('@echo off\r\nrem\r\n');
});
