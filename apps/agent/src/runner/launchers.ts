import type { Shell } from '@kanade/messages';

/** How a script of one shell is written down and started; the script's text never stands on a command line. */
export interface Launcher {
  /** What to call the shell when it is missing. */
  readonly product: string;
  readonly fileName: string;
  encode(script: string): Uint8Array;
  commandLine(file: string, scriptArguments: readonly string[]): string[];
}

const byteOrderMark = '\uFEFF';
const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** `-File` passes arguments as they are and makes the script's exit code the shell's; `-Command` does neither. */
const powershellOptions = ['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'] as const;

export const launchers: Readonly<Record<Shell, Launcher>> = {
  sh: {
    product: 'The POSIX shell (sh)',
    fileName: 'script.sh',
    encode: utf8,
    commandLine: (file, rest) => [file, ...rest],
  },
  bash: {
    product: 'Bash (bash)',
    fileName: 'script.sh',
    encode: utf8,
    commandLine: (file, rest) => ['--noprofile', '--norc', file, ...rest],
  },
  pwsh: {
    product: 'PowerShell 7 (pwsh)',
    fileName: 'script.ps1',
    encode: utf8,
    commandLine: (file, rest) => [...powershellOptions, file, ...rest],
  },
  powershell: {
    product: 'Windows PowerShell (powershell)',
    fileName: 'script.ps1',
    // Without the mark, 5.1 reads the file in the machine's ANSI code page.
    encode: (script) => utf8(script.startsWith(byteOrderMark) ? script : byteOrderMark + script),
    commandLine: (file, rest) => [...powershellOptions, file, ...rest],
  },
  cmd: {
    product: 'The Windows command interpreter (cmd)',
    fileName: 'script.cmd',
    // Labels and `goto` go astray in files with bare line feeds, and a byte order mark is a command to cmd.
    encode: (script) => utf8(script.replace(/^\uFEFF/, '').replace(/\r?\n/g, '\r\n')),
    commandLine: (file, rest) => ['/d', '/c', file, ...rest],
  },
};
