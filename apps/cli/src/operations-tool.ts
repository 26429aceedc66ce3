import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.ts';

const tool = 'tools/supervisor/src/operations.ts';

/**
 * Runs the part of kanade that works on an installation's files and broker on this very machine. It is a program of its
 * own, so that the command line, which mostly talks HTTP, need not carry a broker's client.
 */
export async function runOperationsTool(cliRoot: string, args: readonly string[]): Promise<void> {
  const project = join(cliRoot, '..', '..');
  if (!existsSync(join(project, tool))) {
    throw new Failure('This needs the installation’s own project folder, which is not here.', { suggestion: 'Run it with npx kanade in the folder where npm start is run.' });
  }
  const child = spawn(process.execPath, ['--conditions=@kanade/source', '--disable-warning=ExperimentalWarning', tool, ...args], { cwd: project, stdio: 'inherit' });
  const ended = Promise.withResolvers<number>();
  child.once('error', ended.reject);
  child.once('exit', (code) => ended.resolve(code ?? 1));
  process.exitCode = await ended.promise;
}
