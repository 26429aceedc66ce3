import { ApiError, UnreachableError } from '@kanade/api-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { insist } from './insist.ts';

const away = () => new UnreachableError('http://127.0.0.1:1', new Error('connect ECONNREFUSED'));
const refusal = (status: number, code: string) => new ApiError({ status, code, message: `the backend says ${code}` });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work that fails with each of `failures` in turn and then succeeds, and what was told meanwhile. */
function begin(failures: readonly Error[]) {
  const left = [...failures];
  const told: string[] = [];
  const work = vi.fn(() => {
    const failure = left.shift();
    return failure === undefined ? Promise.resolve('done') : Promise.reject(failure);
  });
  const outcome = insist(work, (line) => told.push(line)).catch((error: unknown) => error);
  return { outcome, told, work };
}

describe('insisting', () => {
  it('outlasts a backend that is away, restarting, or behind its record, and says so once', async () => {
    const { outcome, told } = begin([away(), away(), refusal(503, 'broker-unavailable'), refusal(503, 'read-behind')]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await outcome).toBe('done');
    expect(told).toEqual(['connect ECONNREFUSED; trying again for up to 30 s …']);
  });

  it.each([refusal(401, 'not-signed-in'), refusal(422, 'invalid-request'), refusal(500, 'internal'), refusal(507, 'storage-full'), new Error('a mistake')])('takes %s for an answer', async (refused) => {
    const { outcome, told, work } = begin([refused]);
    expect(await outcome).toBe(refused);
    expect(work).toHaveBeenCalledTimes(1);
    expect(told).toEqual([]);
  });

  it('gives up after 30 s, with exit code 3 and without a claim that nothing was started', async () => {
    const { outcome } = begin(Array.from({ length: 100 }, away));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await outcome).toMatchObject({ exitCode: 3, message: expect.stringMatching(/out of reach for 30 s.*whether the execution was started is not known/) });
  });

  it('is still trying after 25 s', async () => {
    const { outcome, work } = begin(Array.from({ length: 100 }, away));
    await vi.advanceTimersByTimeAsync(25_000);
    const soFar = work.mock.calls.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(work.mock.calls.length).toBeGreaterThan(soFar);
    await outcome;
  });
});
