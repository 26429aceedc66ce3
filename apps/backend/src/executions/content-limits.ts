import { maxScriptBytes, parseDuration } from '@kanade/contracts';
import type { Execute } from '@kanade/contracts';
import { DomainError } from '../domain-error.ts';
import type { InvalidPart } from '../domain-error.ts';

const week = 7 * 86_400_000;
/** Script, environment and arguments together travel in one command, whose limit is the broker's 1 MiB. */
const maxContentBytes = 512 * 1024;

/** Refuses what no command can carry; `path` is where the execute part stands in the request. */
export function checkContent(execute: Execute, path: string): void {
  const errors: InvalidPart[] = [];
  const scriptBytes = Buffer.byteLength(execute.script);
  if (scriptBytes > maxScriptBytes) {
    errors.push({ path: `${path}.script`, message: `is ${scriptBytes} bytes long, and ${maxScriptBytes} are the most; fetch what is larger from within the script` });
  }
  const rest = Buffer.byteLength(JSON.stringify([execute.env, execute.arguments]));
  if (rest > maxContentBytes) errors.push({ path, message: `env and arguments are ${rest} bytes long, and ${maxContentBytes} are the most` });
  if (parseDuration(execute.timeout) > week) errors.push({ path: `${path}.timeout`, message: 'must be at most 7d' });
  if (execute.script.includes('\0')) errors.push({ path: `${path}.script`, message: 'must not contain a zero byte' });
  if (errors.length > 0) throw new DomainError('invalid-request', 'the script cannot be run', { errors });
}
