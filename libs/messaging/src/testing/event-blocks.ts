import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { streams } from '@kanade/contracts';
import type { TestBroker } from './broker.ts';

/** The files in which the broker keeps the messages of the record, oldest first; to be damaged while it is down. */
export function eventBlocks({ dataDir }: TestBroker): string[] {
  return readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes(join('streams', streams.events, 'msgs')) && name.endsWith('.blk'))
    .map((name) => join(dataDir, name))
    .sort((one, other) => one.length - other.length || (one < other ? -1 : 1));
}
