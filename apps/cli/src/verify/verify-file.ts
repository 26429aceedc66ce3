import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { checkpointSchema } from '@kanade/contracts';
import type { Checkpoint } from '@kanade/contracts';
import { ExportVerifier, readTrustedKeys } from '@kanade/proof';
import type { ExportReport, TrustedKeys } from '@kanade/proof';
import { messageOf, usageFailure } from '../failure.ts';

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageFailure(`${file} cannot be read: ${messageOf(error)}`);
  }
}

/** The keys in a file that `kanade key export` made. */
export function readKeysFile(file: string): TrustedKeys {
  const keys = readTrustedKeys(textOf(file));
  if (keys === undefined) throw usageFailure(`${file} holds no keys of an installation.`, 'Make it on the machine of the installation with: kanade key export.');
  return keys;
}

function checkpointOf(line: string): Checkpoint | undefined {
  try {
    const value: unknown = JSON.parse(line);
    // What a webhook was sent holds it in a field of its own.
    const inside = typeof value === 'object' && value !== null && 'checkpoint' in value ? value.checkpoint : value;
    return checkpointSchema.safeParse(inside).data;
  } catch {
    return undefined;
  }
}

/** The checkpoints in a file: one document, or one a line as witnesses keep them. */
export function readCheckpoints(file: string): Checkpoint[] {
  const text = textOf(file);
  const whole = checkpointOf(text);
  const found = whole === undefined ? text.split('\n').flatMap((line) => checkpointOf(line) ?? []) : [whole];
  if (found.length === 0) throw usageFailure(`${file} holds no checkpoint.`);
  return found;
}

/** Checks an export; asks nobody. */
export async function verifyFile(file: string, options: { readonly keys: TrustedKeys; readonly known: readonly Checkpoint[] }): Promise<ExportReport> {
  const verifier = new ExportVerifier(options);
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) verifier.line(line);
  } catch (error) {
    throw usageFailure(`${file} cannot be read: ${messageOf(error)}`);
  }
  return verifier.finish();
}
