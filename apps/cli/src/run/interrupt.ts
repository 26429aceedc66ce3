import { createInterface } from 'node:readline/promises';

let asking = false;

/**
 * Asks on a terminal whether Ctrl-C means cancelling; true means keep waiting (for the cancellation, or because it was a slip).
 * A second Ctrl-C, or no terminal to ask on, means stop waiting and leave the execution alone.
 */
export async function askWhetherToCancel(executionId: string, cancel: () => Promise<unknown>): Promise<boolean> {
  if (asking || !process.stdin.isTTY || !process.stderr.isTTY) return false;
  asking = true;
  const abort = new AbortController();
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  prompt.on('SIGINT', () => abort.abort());
  try {
    const answer = await prompt.question(`\nCancel execution ${executionId}? [y]es, [n]o, wait on, [d]etach: `, { signal: abort.signal });
    const choice = answer.trim().toLowerCase();
    if (choice.startsWith('y')) await cancel();
    return !choice.startsWith('d');
  } catch (error) {
    if (abort.signal.aborted) return false;
    throw error;
  } finally {
    asking = false;
    prompt.close();
  }
}
