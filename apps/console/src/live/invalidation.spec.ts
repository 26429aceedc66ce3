import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, it, vi } from 'vitest';
import { Invalidator, keysOf } from './invalidation.ts';

describe('keysOf', () => {
  it('names the lists, the one and the overview a change concerns', () => {
    expect(keysOf({ type: 'changed', kind: 'job', id: 'hello', position: '00000000:1' })).toEqual([
      ['jobs', 'list'],
      ['jobs', 'detail', 'hello'],
    ]);
    expect(keysOf({ type: 'output', runId: 'r', executionId: 'x', stream: 'stdout', offset: 0, data: '' })).toEqual([]);
  });
});

describe('Invalidator', () => {
  it('fetches once for many changes, and again for those that came meanwhile', async () => {
    const queries = new QueryClient();
    const answers: (() => void)[] = [];
    const queryFn = vi.fn(() => new Promise<number>((resolve) => answers.push(() => { resolve(answers.length); })));
    const stop = new QueryObserver(queries, { queryKey: ['jobs', 'list'], queryFn }).subscribe(() => undefined);
    answers[0]?.();
    await vi.waitFor(() => {
      expect(queries.getQueryData(['jobs', 'list'])).toBe(1);
    });
    const invalidator = new Invalidator(queries, 5);
    for (let change = 0; change < 100; change += 1) invalidator.add([['jobs', 'list']]);
    await vi.waitFor(() => {
      expect(queryFn).toHaveBeenCalledTimes(2);
    });
    invalidator.add([['jobs', 'list']]);
    answers[1]?.();
    await vi.waitFor(() => {
      expect(queryFn).toHaveBeenCalledTimes(3);
    });
    answers[2]?.();
    stop();
  });
});
