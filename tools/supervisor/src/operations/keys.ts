import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { brokerKeyUses, rotatableKeyUses, type RotatableKeyUse } from '@kanade/contracts';
import { endOfPrevious, loadServerKeys, readPublicHalf, readRotations, retireKeys, rotateKey } from '@kanade/messaging';
import { dataPaths, type DataPaths } from '../paths.ts';
import type { Say } from '../say.ts';
import { StartupError } from '../startup-error.ts';
import { writeTrustedKeys } from '@kanade/proof';
import { whileDown } from './pause.ts';

/** Longer than a command waits for its endpoint (35 days): what was signed before the rotation still counts when it is fetched. */
const graceMs = 40 * 86_400_000;

/** One key that can be replaced; times are RFC 3339. */
export interface KeyListing {
  readonly use: RotatableKeyUse;
  readonly id: string;
  /** Null for the first one. */
  readonly since: string | null;
  /** Earlier keys whose signatures still count. */
  readonly earlier: readonly { readonly id: string; readonly until: string }[];
}

export interface KeyOptions {
  readonly dataDir: string;
  readonly uses: readonly RotatableKeyUse[];
  readonly say: Say;
}

/** Every key that can be replaced, as it is now. */
export function listKeys({ dataDir }: Pick<KeyOptions, 'dataDir'>): KeyListing[] {
  const { keys } = pathsOf(dataDir);
  const rotations = readRotations(keys);
  const now = Date.now();
  return rotatableKeyUses.map((use) => {
    const own = rotations.filter((rotation) => rotation.use === use);
    const earlier = own.filter((rotation) => endOfPrevious(rotation) > now).map((rotation) => ({ id: rotation.previous.id, until: new Date(endOfPrevious(rotation)).toISOString() }));
    return { use, id: readPublicHalf(keys, use).id, since: own.at(-1)?.rotatedAt ?? null, earlier };
  });
}

/**
 * Puts new keys in the place of these, with the parts that sign with them down for a moment; `atOnce` ends the old ones, and all before
 * them, with it.
 */
export async function rotateKeys({ dataDir, uses, say, atOnce }: KeyOptions & { readonly atOnce: boolean }): Promise<KeyListing[]> {
  const paths = pathsOf(dataDir);
  if (atOnce) keepOneDoorOpen(uses);
  await whileDown(paths, partsOf(uses), say, () => {
    for (const use of uses) {
      rotateKey(paths.keys, use, { by: operator(), now: Date.now(), graceMs });
      if (atOnce) retireKeys(paths.keys, use, { by: operator(), now: Date.now() });
    }
  });
  return listKeys({ dataDir }).filter(({ use }) => uses.includes(use));
}

/** Ends what earlier keys of these uses signed. */
export async function endEarlierKeys({ dataDir, uses, say }: KeyOptions): Promise<KeyListing[]> {
  const paths = pathsOf(dataDir);
  keepOneDoorOpen(uses);
  if (listKeys({ dataDir }).some(({ use, earlier }) => uses.includes(use) && earlier.length > 0)) {
    await whileDown(paths, partsOf(uses), say, () => {
      for (const use of uses) retireKeys(paths.keys, use, { by: operator(), now: Date.now() });
    });
  } else {
    say('no earlier key of these counts any more');
  }
  return listKeys({ dataDir }).filter(({ use }) => uses.includes(use));
}

/** An agent whose JWT ended comes back by its renewal JWT, and the other way round: without both it has to be enrolled anew. */
function keepOneDoorOpen(uses: readonly RotatableKeyUse[]): void {
  if (!uses.includes('signing-agent') || !uses.includes('signing-renew')) return;
  throw new StartupError('The earlier signing-agent and signing-renew keys cannot end in one go: every endpoint would have to be enrolled anew.', [
    'End signing-agent first, wait until the endpoints are online again (kanade endpoint list), then signing-renew.',
  ]);
}

/** The public keys that exports of events are checked with, as the file that auditors are given. */
export function exportKeys({ dataDir }: Pick<KeyOptions, 'dataDir'>): string {
  const { keys } = pathsOf(dataDir);
  const { root, control, checkpoint } = loadServerKeys(keys);
  const rotations = readRotations(keys);
  const earlier = rotations.flatMap(({ use, previous }) => (use === 'checkpoint' ? [previous] : []));
  return writeTrustedKeys({ root, control: rotations.find(({ use }) => use === 'control')?.previous ?? control, checkpoints: [checkpoint, ...earlier] });
}

const isBrokers = (use: RotatableKeyUse): boolean => brokerKeyUses.some((known) => known === use);

/** The backend signs with all of them or speaks to a broker that is set up anew; the broker is configured with its own. */
const partsOf = (uses: readonly RotatableKeyUse[]) => (uses.some(isBrokers) ? (['backend', 'broker'] as const) : (['backend'] as const));

const operator = (): string => userInfo().username;

function pathsOf(dataDir: string): DataPaths {
  const paths = dataPaths(dataDir);
  if (!existsSync(paths.adminCreds)) throw new StartupError(`${dataDir} holds no kanade.`, ['Name its data directory with --data-dir or KANADE_DATA_DIR.']);
  return paths;
}
