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
    const invalidator = new Invalidator(queries, { gatherMs: 5, restMs: [5, 5] });
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

  it('does not have one list wait for the rest of another', async () => {
    const queries = new QueryClient();
    const asked: string[] = [];
    const stops = ['jobs', 'sites'].map((kind) =>
      new QueryObserver(queries, { queryKey: [kind], queryFn: () => Promise.resolve(asked.push(kind)) }).subscribe(() => undefined));
    await vi.waitFor(() => {
      expect(asked).toEqual(['jobs', 'sites']);
    });
    const invalidator = new Invalidator(queries, { gatherMs: 0, restMs: [60_000, 60_000] });
    invalidator.add([['jobs']]);
    await vi.waitFor(() => {
      expect(asked).toHaveLength(3);
    });
    invalidator.add([['jobs'], ['sites']]);
    await vi.waitFor(() => {
      expect(asked).toEqual(['jobs', 'sites', 'jobs', 'sites']);
    });
    for (const stop of stops) stop();
  });

  it('fetches what nobody looks at when somebody does', async () => {
    const queries = new QueryClient();
    const queryFn = vi.fn(() => Promise.resolve(1));
    const stop = new QueryObserver(queries, { queryKey: ['jobs'], queryFn }).subscribe(() => undefined);
    await vi.waitFor(() => {
      expect(queries.getQueryState(['jobs'])?.isInvalidated).toBe(false);
      expect(queries.getQueryData(['jobs'])).toBe(1);
    });
    stop();
    new Invalidator(queries).add([['jobs']]);
    expect(queryFn).toHaveBeenCalledTimes(1);
    expect(queries.getQueryState(['jobs'])?.isInvalidated).toBe(true);
  });
});
