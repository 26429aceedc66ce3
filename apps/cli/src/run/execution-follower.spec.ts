import type { RunState, RunView } from '@kanade/contracts';
import { describe, expect, it } from 'vitest';
import { ExecutionFollower, type ExecutionSource } from './execution-follower.ts';

const position = '1a2b3c4d:1';

function view(runId: string, state: RunState, stdout = ''): RunView {
  return {
    runId,
    executionId: 'x1',
    endpointId: `e-${runId}`,
    endpointName: runId,
    state,
    presumed: false,
    exitCode: state === 'succeeded' ? 0 : null,
    signal: null,
    reason: null,
    requestedAt: '2026-01-01T00:00:00Z',
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    stdoutBytes: stdout.length,
    stderrBytes: 0,
  };
}

/** A backend with one stored state per run; `rows` may be changed while a follower runs. */
function setup(rows: Map<string, { view: RunView; stdout: string }>) {
  const told: string[] = [];
  const fetched: number[] = [];
  const source: ExecutionSource = {
    runs: () => Promise.resolve([...rows.values()].map((row) => row.view)),
    output: (runId, _stream, offset) => {
      fetched.push(offset);
      return Promise.resolve(Buffer.from((rows.get(runId)?.stdout ?? '').slice(offset, offset + 4)));
    },
  };
  const follower = new ExecutionFollower(source, {
    progress: (run) => told.push(`${run.runId} ${run.state}`),
    output: (run, _stream, bytes) => told.push(`${run.runId}> ${Buffer.from(bytes).toString()}`),
    ended: (run) => told.push(`${run.runId} ended ${run.state}`),
  });
  return { follower, told, fetched };
}

const live = (runId: string, offset: number, text: string) =>
  ({ type: 'output', runId, executionId: 'x1', stream: 'stdout', offset, data: Buffer.from(text).toString('base64') }) as const;
const step = (runId: string, state: RunState) =>
  ({ type: 'run', runId, executionId: 'x1', endpointId: 'e', state, exitCode: null, position }) as const;

describe('ExecutionFollower', () => {
  it('tells live output, then the end, and fetches nothing it already has', async () => {
    const rows = new Map([['a', { view: view('a', 'queued'), stdout: 'hello' }]]);
    const { follower, told, fetched } = setup(rows);
    await follower.refresh();
    expect(follower.done).toBe(false);
    await follower.receive(step('a', 'started'));
    await follower.receive(live('a', 0, 'hello'));
    rows.set('a', { view: view('a', 'succeeded', 'hello'), stdout: 'hello' });
    await follower.receive(step('a', 'succeeded'));
    expect(told).toEqual(['a started', 'a> hello', 'a ended succeeded']);
    expect(fetched).toEqual([]);
    expect(follower.done).toBe(true);
  });

  it('fetches what the live connection lost', async () => {
    const rows = new Map([['a', { view: view('a', 'started'), stdout: '0123456789' }]]);
    const { follower, told } = setup(rows);
    await follower.refresh();
    await follower.receive(live('a', 0, '012'));
    await follower.receive(live('a', 6, '67'));
    rows.set('a', { view: view('a', 'succeeded', '0123456789'), stdout: '0123456789' });
    await follower.refresh();
    expect(told.filter((line) => line.includes('>')).map((line) => line.slice(3)).join('')).toBe('0123456789');
  });

  it('fetches what was stored before it looked although the run goes on', async () => {
    const { follower, told } = setup(new Map([['a', { view: view('a', 'started', '0123456789'), stdout: '0123456789' }]]));
    await follower.refresh();
    expect(told.map((line) => line.slice(3)).join('')).toBe('0123456789');
    expect(follower.done).toBe(false);
  });

  it('fills a gap in live output while the run goes on, and prints what comes behind it', async () => {
    const rows = new Map([['a', { view: view('a', 'started'), stdout: '' }]]);
    const { follower, told } = setup(rows);
    await follower.refresh();
    rows.set('a', { view: view('a', 'started'), stdout: '0123456789' });
    await follower.receive(live('a', 10, 'abc'));
    await follower.receive(live('a', 13, 'def'));
    expect(told.map((line) => line.slice(3)).join('')).toBe('0123456789abcdef');
  });

  it('does not ask for a gap that is not stored yet with every piece behind it', async () => {
    const { follower, fetched } = setup(new Map([['a', { view: view('a', 'started'), stdout: '' }]]));
    await follower.refresh();
    for (let at = 10; at < 30; at += 1) await follower.receive(live('a', at, 'x'));
    expect(fetched).toEqual([0]);
  });

  it('puts fetched bytes where they belong when live ones have overtaken them', async () => {
    const answer = Promise.withResolvers<Uint8Array>();
    const told: string[] = [];
    const rest: Uint8Array[] = [Buffer.from('ef')];
    const source: ExecutionSource = {
      runs: () => Promise.resolve([view('a', 'started', 'abcd')]),
      output: (_runId, _stream, offset) => (offset === 0 ? answer.promise : Promise.resolve(rest.shift() ?? new Uint8Array())),
    };
    const follower = new ExecutionFollower(source, { progress: () => undefined, output: (_run, _stream, bytes) => told.push(Buffer.from(bytes).toString()), ended: () => undefined });
    const refreshed = follower.refresh();
    await Promise.resolve();
    await Promise.resolve();
    await follower.receive(live('a', 0, 'ab'));
    answer.resolve(Buffer.from('abcd'));
    await refreshed;
    expect(told.join('')).toBe('abcd');
  });

  it('tells each end once, however often it is refreshed', async () => {
    const { follower, told } = setup(new Map([['a', { view: view('a', 'failed'), stdout: '' }]]));
    await Promise.all([follower.refresh(), follower.refresh(), follower.receive(step('a', 'failed'))]);
    expect(told).toEqual(['a ended failed']);
  });

  it('ends although the output has expired', async () => {
    const { follower } = setup(new Map([['a', { view: view('a', 'succeeded', 'gone'), stdout: '' }]]));
    await follower.refresh();
    expect(follower.done).toBe(true);
  });
});
