import { inspect } from 'node:util';
import { join } from 'node:path';
import { LogFile } from './log-file.ts';
import type { DataPaths } from './paths.ts';
import { messageOf, StartupError } from './startup-error.ts';

/** What the terminal shows of a failure: never a stack; that of one nobody foresaw goes into the log it names. */
export function describeFailure(error: unknown, paths: DataPaths | undefined): string {
  const { message, advice } = error instanceof StartupError ? error : unforeseen(error, paths);
  return `\nkanade: ${message}\n${advice.map((line) => `  ${line}\n`).join('')}`;
}

function unforeseen(error: unknown, paths: DataPaths | undefined): Pick<StartupError, 'message' | 'advice'> {
  const message = `It could not go on: ${messageOf(error)}`;
  if (paths === undefined) return { message, advice: ['Start again; if it comes back, it is a mistake in kanade worth reporting.'] };
  const log = new LogFile(join(paths.logs, 'supervisor.log'));
  log.write(`${new Date().toISOString()} ${inspect(error)}\n`);
  log.close();
  return { message, advice: [`The whole error is in ${log.path}; what the children said is beside it.`, 'Start again; if it comes back, it is a mistake in kanade worth reporting, with these logs.'] };
}
