import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rotatableKeyUses, type RotatableKeyUse } from '@kanade/contracts';
import { dataPaths, root } from '../paths.ts';
import { replayLists, type ReplayList } from './replay-lists.ts';

/** What an operation is asked for; paths are absolute. */
export type OperationRequest = { readonly dataDir: string; readonly json: boolean } & (
  | { readonly verb: 'backup'; readonly dir: string }
  | { readonly verb: 'restore'; readonly dir: string; readonly agentsOf: string | undefined }
  | { readonly verb: 'event replay'; readonly file: string; readonly dir: string; readonly keysFile: string | undefined; readonly show: ReplayList | undefined }
  | { readonly verb: 'event archive drop'; readonly archiveDir: string; readonly through: string | undefined; readonly keep: number }
  | { readonly verb: 'event recover'; readonly archiveDir: string; readonly checkpointFile: string | undefined; readonly discard: boolean; readonly dryRun: boolean }
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
  '     kanade event archive drop [--archive-dir DIR] [--through POSITION] [--keep N] [--data-dir D] [--json]',
  '     kanade event recover [--archive-dir DIR] [--checkpoint-file FILE] [--discard-behind-gap] [--dry-run] [--data-dir D] [--json]',
  '     kanade key list [--data-dir D] [--json]',
  '     kanade key export [--data-dir D]',
  '     kanade key rotate USE... [--at-once] [--data-dir D] [--json]',
  '     kanade key retire USE... [--data-dir D] [--json]',
  `     USE is all, or one of ${rotatableKeyUses.join(', ')}`,
];

const options = {
  'archive-dir': { type: 'string' }, through: { type: 'string' }, keep: { type: 'string' }, 'checkpoint-file': { type: 'string' }, 'dry-run': { type: 'boolean' }, 'discard-behind-gap': { type: 'boolean' }, 'data-dir': { type: 'string' }, dir: { type: 'string' }, keys: { type: 'string' }, show: { type: 'string' }, 'agents-of': { type: 'string' }, 'at-once': { type: 'boolean' }, json: { type: 'boolean' },
} as const;

/** Reads a call; undefined when it is none of those in `usage`. Throws on an unknown flag. */
export function readRequest(args: readonly string[], environment: NodeJS.ProcessEnv): OperationRequest | undefined {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const shared = { dataDir: resolve(values['data-dir'] ?? environment['KANADE_DATA_DIR'] ?? join(root, '.kanade')), json: values.json === true };
  const agentsOf = values['agents-of'];
  const [topic, ...rest] = positionals;
  if (topic === 'event') return agentsOf === undefined && values['at-once'] === undefined ? eventRequest(rest, values, shared) : undefined;
  if (isAnyGiven(values, archiveFlags)) return undefined;
  if (values.dir !== undefined || values.keys !== undefined || values.show !== undefined) return undefined;
  if (topic === 'key') return agentsOf === undefined ? keyRequest(rest, values['at-once'] === true, shared) : undefined;
  const [dir, ...more] = rest;
  if (dir === undefined || more.length > 0 || values['at-once'] !== undefined) return undefined;
  if (topic === 'restore') return { verb: 'restore', dir: resolve(dir), agentsOf: agentsOf === undefined ? undefined : resolve(agentsOf), ...shared };
  return topic === 'backup' && agentsOf === undefined ? { verb: 'backup', dir: resolve(dir), ...shared } : undefined;
}

type Shared = { readonly dataDir: string; readonly json: boolean };

/** True when any of these flags was given. */
const isAnyGiven = <Name extends string>(flags: Partial<Readonly<Record<Name, unknown>>>, names: readonly Name[]): boolean => names.some((name) => flags[name] !== undefined);

const recoverFlags = ['checkpoint-file', 'dry-run', 'discard-behind-gap'] as const;
const archiveFlags = ['archive-dir', 'through', 'keep', ...recoverFlags] as const;

type EventFlags = ReplayFlags & { readonly 'archive-dir'?: string; readonly through?: string; readonly keep?: string; readonly 'checkpoint-file'?: string; readonly 'dry-run'?: boolean; readonly 'discard-behind-gap'?: boolean };

function eventRequest(words: readonly string[], flags: EventFlags, shared: Shared): OperationRequest | undefined {
  if (words[0] === 'replay') return isAnyGiven(flags, archiveFlags) ? undefined : replayRequest(words, flags, shared);
  if (isAnyGiven(flags, ['dir', 'keys', 'show'])) return undefined;
  return words[0] === 'recover' ? recoverRequest(words, flags, shared) : dropRequest(words, flags, shared);
}

const archiveDirOf = (flags: EventFlags, { dataDir }: Shared): string => resolve(flags['archive-dir'] ?? dataPaths(dataDir).archive);

function recoverRequest(words: readonly string[], flags: EventFlags, shared: Shared): OperationRequest | undefined {
  const checkpointFile = flags['checkpoint-file'];
  if (words.length > 1 || isAnyGiven(flags, ['through', 'keep'])) return undefined;
  return { verb: 'event recover', archiveDir: archiveDirOf(flags, shared), checkpointFile: checkpointFile === undefined ? undefined : resolve(checkpointFile), discard: flags['discard-behind-gap'] === true, dryRun: flags['dry-run'] === true, ...shared };
}

function dropRequest(words: readonly string[], flags: EventFlags, shared: Shared): OperationRequest | undefined {
  const keep = Number(flags.keep ?? 100_000);
  if (words.join(' ') !== 'archive drop' || isAnyGiven(flags, recoverFlags)) return undefined;
  if (!Number.isSafeInteger(keep) || keep < 1) return undefined;
  return { verb: 'event archive drop', archiveDir: archiveDirOf(flags, shared), through: flags.through, keep, ...shared };
}

type ReplayFlags = { readonly dir?: string; readonly keys?: string; readonly show?: string };

function replayRequest([verb, file, ...more]: readonly string[], flags: ReplayFlags, shared: Shared): OperationRequest | undefined {
  const show = replayLists.find((list) => list === flags.show);
  if (verb !== 'replay' || file === undefined || more.length > 0 || show !== flags.show) return undefined;
  return { verb: 'event replay', file: resolve(file), dir: resolve(flags.dir ?? `${file}.replay`), keysFile: flags.keys === undefined ? undefined : resolve(flags.keys), show, ...shared };
}

function keyRequest([verb, ...words]: readonly string[], atOnce: boolean, shared: Shared): OperationRequest | undefined {
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
