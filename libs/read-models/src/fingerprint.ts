import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { upcastersText } from '@kanade/contracts';
import { eventShapes } from '@kanade/messages';
import { formerRows, formerValues } from './past/kept-history.ts';
import type { Kept } from './retention/kept.ts';
import { schemas } from './schemas.ts';

const folded = ['fold', 'past', 'projections', 'retention'];
const code = /\.(ts|js)$/;
const notBuilt = /\.(spec|spec-kit|d)\.ts$/;
const length = 12;

/** 12 hex digits that change whenever a table or an index does: a file with others cannot be read. */
export function tablesFingerprint(): string {
  return createHash('sha256').update(schemas.join('\n')).update(JSON.stringify([formerValues, formerRows])).digest('hex').slice(0, length);
}

/** 12 hex digits that change whenever the code that fills the tables does, or what it keeps: a file filled otherwise may hold other rows. */
export function rowsFingerprint(kept: Kept): string {
  return createHash('sha256').update(codeFingerprint()).update(JSON.stringify(kept)).digest('hex').slice(0, length);
}

let codeKnown: string | undefined;

/** 12 hex digits that change whenever the code that fills the tables does, what an event must look like, or how an old one becomes a new one. */
function codeFingerprint(): string {
  codeKnown ??= computeCode();
  return codeKnown;
}

function computeCode(): string {
  const digest = createHash('sha256').update(eventShapes).update(upcastersText());
  for (const folder of folded) {
    const root = join(import.meta.dirname, folder);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => code.test(file) && !notBuilt.test(file)).sort();
    for (const file of files) digest.update(`${relative(root, join(root, file))}\n`).update(readFileSync(join(root, file)));
  }
  return digest.digest('hex').slice(0, length);
}
