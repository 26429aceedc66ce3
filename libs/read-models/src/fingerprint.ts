import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { schemas } from './schemas.ts';

const folded = ['fold', 'projections'];
const code = /\.(ts|js)$/;
const notBuilt = /\.(spec|spec-kit|d)\.ts$/;

/** 16 hex digits that change whenever a table or the code that fills it does: a file folded by other code is not continued. */
export function projectionsFingerprint(): string {
  const digest = createHash('sha256').update(schemas.join('\n'));
  for (const folder of folded) {
    const root = join(import.meta.dirname, folder);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => code.test(file) && !notBuilt.test(file)).sort();
    for (const file of files) digest.update(`${relative(root, join(root, file))}\n`).update(readFileSync(join(root, file)));
  }
  return digest.digest('hex').slice(0, 16);
}
