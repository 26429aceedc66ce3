import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealingKey } from './keys.ts';
import { openSecret, sealSecret } from './sealed-secret.ts';

const context = { runId: 'run-1', endpointId: 'endpoint-1', name: 'db-password' };
const key = createSealingKey();

describe('a sealed secret', () => {
  it.each([0, 1, 64 * 1024])('of %i bytes opens with the key it is for, and never looks the same twice', (size) => {
    const value = randomBytes(size);
    const sealed = sealSecret(key.publicKey, context, value);
    expect(openSecret(key.privateKey, context, sealed)).toEqual(value);
    expect(sealSecret(key.publicKey, context, value)).not.toBe(sealed);
    expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it.each([
    ['another run', { runId: 'run-2' }],
    ['another endpoint', { endpointId: 'endpoint-2' }],
    ['another name', { name: 'db-user' }],
    ['parts cut elsewhere', { runId: 'run-1\nendpoint-1', endpointId: '' }],
  ])('does not open for %s', (_what, change) => {
    const sealed = sealSecret(key.publicKey, context, Buffer.from('hunter2hunter2'));
    expect(() => openSecret(key.privateKey, { ...context, ...change }, sealed)).toThrow('sealed to another key');
  });

  it('does not open with another key, nor altered, nor cut', () => {
    const sealed = sealSecret(key.publicKey, context, Buffer.from('hunter2hunter2'));
    expect(() => openSecret(createSealingKey().privateKey, context, sealed)).toThrow('sealed to another key');
    const bytes = Buffer.from(sealed, 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      expect(() => openSecret(key.privateKey, context, altered.toString('base64url'))).toThrow('sealed to another key');
      expect(() => openSecret(key.privateKey, context, bytes.subarray(0, at).toString('base64url'))).toThrow('sealed to another key');
    }
  });

  it('is not made to a key that is none, or that everybody agrees with', () => {
    for (const bad of ['', 'AAAA', Buffer.alloc(32).toString('base64url'), Buffer.alloc(33, 7).toString('base64url')]) {
      expect(() => sealSecret(bad, context, Buffer.from('value'))).toThrow('nothing can be sealed');
    }
  });
});
