import { expect, it } from 'vitest';
import { encodeLine, lineReader, parseOrder, parseReport } from './keeper-channel.ts';
import type { KeeperOrder, KeeperReport } from './keeper-channel.ts';

const request = {
  runId: 'run-1',
  stagingFolder: '/var/lib/kanade/agent-scripts/run-1',
  executable: '/bin/sh',
  arguments: ['a b', '"', 'line\nbreak', '日本語'],
  environment: { GREETING: 'お早う' },
  cwd: '/',
};

it('carries every order and report unchanged', () => {
  const orders: KeeperOrder[] = [{ order: 'launch', request }, { order: 'terminate' }, { order: 'kill' }, { order: 'release' }];
  const reports: KeeperReport[] = [
    { report: 'started' },
    { report: 'not-started', code: 'E2BIG', message: 'too long' },
    { report: 'ended', exitCode: 3, signal: null },
    { report: 'ended', exitCode: null, signal: 'SIGKILL' },
    { report: 'cleared', left: 0 },
  ];
  expect(orders.map((order) => parseOrder(encodeLine(order)))).toEqual(orders);
  expect(reports.map((report) => parseReport(encodeLine(report)))).toEqual(reports);
});

it('puts lines together however they were cut, inside a character too', () => {
  const bytes = Buffer.from(encodeLine({ order: 'launch', request }) + encodeLine({ order: 'kill' }));
  for (const size of [1, 2, 7, bytes.length]) {
    const lines: string[] = [];
    const read = lineReader((line) => lines.push(line));
    for (let start = 0; start < bytes.length; start += size) read(bytes.subarray(start, start + size));
    expect(lines.map(parseOrder)).toEqual([{ order: 'launch', request }, { order: 'kill' }]);
  }
});

it.each(['', 'nonsense', 'null', '{}', '{"order":"dance"}', '{"order":"launch","request":{"runId":1}}'])('refuses %j as an order', (line) => {
  expect(() => parseOrder(line)).toThrow();
});

it.each(['', '[]', '{"report":"cleared"}', '{"report":"ended","exitCode":"0","signal":null}'])('refuses %j as a report', (line) => {
  expect(() => parseReport(line)).toThrow();
});
