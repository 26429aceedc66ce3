import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rotatableKeyUses, type RotatableKeyUse } from '@kanade/contracts';
import { root } from '../paths.ts';
import { replayLists, type ReplayList } from './replay-lists.ts';

/** What an operation is asked for; paths are absolute. */
export type OperationRequest = { readonly dataDir: string; readonly json: boolean } & (
  | { readonly verb: 'backup'; readonly dir: string }
  | { readonly verb: 'restore'; readonly dir: string; readonly agentsOf: string | undefined }
  | { readonly verb: 'event replay'; readonly file: string; readonly dir: string; readonly keysFile: string | undefined; readonly show: ReplayList | undefined }
  | { readonly verb: 'key list' }
  | { readonly verb: 'key export' }
  | { readonly verb: 'key rotate'; readonly uses: readonly RotatableKeyUse[]; readonly atOnce: boolean }
  | { readonly verb: 'key retire'; readonly uses: readonly RotatableKeyUse[] }
);

/** How each is called. */
export const usage = [
  'Usage: kanade backup DIR [--data-dir D] [--json]',
  '     kanade restore DIR [--data-dir D] [--agents-of OLD_DATA_DIR] [--json]',
  '     kanade event replay FILE [--dir DIR] [--keys FILE] [--show endpoints|executions|runs|poison] [--json]',
  '     kanade key list [--data-dir D] [--json]',
  '     kanade key export [--data-dir D]',
  '     kanade key rotate USE... [--at-once] [--data-dir D] [--json]',
  '     kanade key retire USE... [--data-dir D] [--json]',
  `     USE is all, or one of ${rotatableKeyUses.join(', ')}`,
];

const options = { 'data-dir': { type: 'string' }, dir: { type: 'string' }, keys: { type: 'string' }, show: { type: 'string' }, 'agents-of': { type: 'string' }, 'at-once': { type: 'boolean' }, json: { type: 'boolean' } } as const;

/** Reads a call; undefined when it is none of those in `usage`. Throws on an unknown flag. */
export function readRequest(args: readonly string[], environment: NodeJS.ProcessEnv): OperationRequest | undefined {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const shared = { dataDir: resolve(values['data-dir'] ?? environment['KANADE_DATA_DIR'] ?? join(root, '.kanade')), json: values.json === true };
  const agentsOf = values['agents-of'];
  const [topic, ...rest] = positionals;
  if (topic === 'event') return agentsOf === undefined && values['at-once'] === undefined ? replayRequest(rest, values, shared) : undefined;
  if (values.dir !== undefined || values.keys !== undefined || values.show !== undefined) return undefined;
  if (topic === 'key') return agentsOf === undefined ? keyRequest(rest, values['at-once'] === true, shared) : undefined;
  const [dir, ...more] = rest;
  if (dir === undefined || more.length > 0 || values['at-once'] !== undefined) return undefined;
  if (topic === 'restore') return { verb: 'restore', dir: resolve(dir), agentsOf: agentsOf === undefined ? undefined : resolve(agentsOf), ...shared };
  return topic === 'backup' && agentsOf === undefined ? { verb: 'backup', dir: resolve(dir), ...shared } : undefined;
}

type ReplayFlags = { readonly dir?: string; readonly keys?: string; readonly show?: string };

function replayRequest([verb, file, ...more]: readonly string[], flags: ReplayFlags, shared: { readonly dataDir: string; readonly json: boolean }): OperationRequest | undefined {
  const show = replayLists.find((list) => list === flags.show);
  if (verb !== 'replay' || file === undefined || more.length > 0 || show !== flags.show) return undefined;
  return { verb: 'event replay', file: resolve(file), dir: resolve(flags.dir ?? `${file}.replay`), keysFile: flags.keys === undefined ? undefined : resolve(flags.keys), show, ...shared };
}

function keyRequest([verb, ...words]: readonly string[], atOnce: boolean, shared: { readonly dataDir: string; readonly json: boolean }): OperationRequest | undefined {
  if (verb === 'list') return words.length === 0 && !atOnce ? { verb: 'key list', ...shared } : undefined;
  if (verb === 'export') return words.length === 0 && !atOnce ? { verb: 'key export', ...shared } : undefined;
  const uses = readUses(words);
  if (uses === undefined) return undefined;
  if (verb === 'rotate') return { verb: 'key rotate', uses, atOnce, ...shared };
  return verb === 'retire' && !atOnce ? { verb: 'key retire', uses, ...shared } : undefined;
}

function readUses(words: readonly string[]): readonly RotatableKeyUse[] | undefined {
  if (words.length === 1 && words[0] === 'all') return rotatableKeyUses;
  const uses = rotatableKeyUses.filter((use) => words.includes(use));
  return words.length > 0 && words.every((word) => uses.some((use) => use === word)) ? uses : undefined;
}
