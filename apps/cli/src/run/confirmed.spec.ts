import { ApiError } from '@kanade/api-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { confirmed } from './confirmed.ts';
import type { Confirm } from './confirmed.ts';

const wanted = new ApiError({ code: 'confirmation-required', status: 403, message: 'this would run on 200 endpoints: send the same again' });

/** A backend that wants something in `confirm`, and what it was sent. */
function backend() {
  const sent: (Confirm | undefined)[] = [];
  const start = (confirm: Confirm | undefined): Promise<string> => {
    sent.push(confirm);
    return confirm === undefined ? Promise.reject(wanted) : Promise.resolve('started');
  };
  return { sent, start };
}

describe('an execution that takes more than a token', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('fails where nothing was given and there is nobody to ask', async () => {
    const { start } = backend();
    await expect(confirmed({}, start, undefined)).rejects.toBe(wanted);
  });

  it('is asked for with what was given, and nobody is asked', async () => {
    const { start, sent } = backend();
    const ask = vi.fn<() => Promise<string>>();
    await confirmed({ code: '123456' }, start, ask);
    await confirmed({ approval: true }, start, ask);
    expect(sent).toEqual([{ kind: 'code', code: '123456' }, { kind: 'approval' }]);
    expect(ask).not.toHaveBeenCalled();
  });

  it('is asked for again with the code that is typed, or with an approval where none is', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { start, sent } = backend();
    await confirmed({}, start, () => Promise.resolve(' 123456 '));
    await confirmed({}, start, () => Promise.resolve(''));
    expect(sent).toEqual([undefined, { kind: 'code', code: '123456' }, undefined, { kind: 'approval' }]);
  });

  it('fails with any other refusal', async () => {
    const other = new ApiError({ code: 'forbidden', status: 403, message: 'no' });
    await expect(confirmed({}, () => Promise.reject(other), () => Promise.resolve('123456'))).rejects.toBe(other);
  });
});
