import { describe, expect, it } from 'vitest';
import { keyId } from './signatures.ts';
import { readTrustedKeys, writeTrustedKeys } from './trusted-keys.ts';

const key = (letter: string) => ({ id: keyId(letter.repeat(43)), publicKey: letter.repeat(43) });

describe('the file of trusted keys', () => {
  it('is read as it was written', () => {
    const keys = { root: key('a'), control: key('b'), checkpoints: [key('c'), key('d')] };
    expect(readTrustedKeys(writeTrustedKeys(keys))).toEqual(keys);
  });

  it.each(['', '{}', '[]', '{"format":"kanade.keys.v1"}', '{"format":"kanade.keys.v1","root":{},"control":{},"checkpoints":[]}'])('is nothing else: %j', (text) => {
    expect(readTrustedKeys(text)).toBeUndefined();
  });
});
