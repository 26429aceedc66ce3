import { Errors, flush, run } from '@oclif/core';

export { COMMANDS } from './commands.ts';

/** Runs the command line; `root` is the package's folder, where oclif finds its settings. */
export async function main(root: string, argv: readonly string[]): Promise<void> {
  process.stdout.on('error', ignoreClosedPipe);
  try {
    await run([...argv], root);
    await flush();
  } catch (error) {
    await Errors.handle(error instanceof Error ? error : new Error(String(error)));
  }
}

/** `kanade … | head` closes our stdout early; that is the reader's right and no failure of ours. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
