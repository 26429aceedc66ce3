import { endOfPrevious, readPublicHalf, readRotations } from '@kanade/messaging';
import type { PublicSigningKey } from '@kanade/proof';
import type { DataPaths } from '../paths.ts';

/** Every checkpoint key there ever was. */
export function checkpointKeysOf({ keys }: DataPaths): PublicSigningKey[] {
  return [readPublicHalf(keys, 'checkpoint'), ...rotationsOf(keys).map(({ previous }) => previous)];
}

/** Those whose signatures count today. */
export function validCheckpointKeys({ keys }: DataPaths): PublicSigningKey[] {
  return [readPublicHalf(keys, 'checkpoint'), ...rotationsOf(keys).filter((rotation) => endOfPrevious(rotation) > Date.now()).map(({ previous }) => previous)];
}

const rotationsOf = (keysDir: string) => readRotations(keysDir).filter(({ use }) => use === 'checkpoint');
