import { subjects } from '@kanade/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectAsEndpoint, issueTestEndpoint, startTestBroker } from '../testing/index.ts';
import type { TestBroker } from '../testing/index.ts';
import { connectCore } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import { OpenConnections } from './connection-watch.ts';
import { respondRenew } from './responders.ts';

let broker: TestBroker;
let core: CoreConnection;
beforeAll(async () => {
  broker = await startTestBroker();
  core = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'backend' });
});
afterAll(async () => {
  await core.close();
  await broker.stop();
});

it('works on four requests of one asker at a time, drops the others, and keeps nobody else waiting', async () => {
  const begun: string[] = [];
  let finish: (() => void) | undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const responder = respondRenew(core, async ({ endpointId }) => {
    begun.push(endpointId);
    if (endpointId === 'loud') await finished;
    return Buffer.from(`for ${endpointId}`);
  });
  await core.ping();
  const [loud, calm] = await Promise.all(['loud', 'calm'].map((id) => connectAsEndpoint(broker, issueTestEndpoint(broker, id))));
  if (loud === undefined || calm === undefined) throw new Error('nobody is connected');
  const plain = Buffer.from('NATS/1.0\r\n\r\n');
  const asked = Array.from({ length: 50 }, () => loud.requestBlock(subjects.renew('loud'), '{}', plain).catch(() => 'nothing'));
  await loud.flush();
  expect(await calm.requestBlock(subjects.renew('calm'), '{}', plain)).toBe('for calm');
  expect(begun.filter((id) => id === 'loud')).toEqual(['loud', 'loud', 'loud', 'loud']);
  finish?.();
  await Promise.all(asked.slice(0, 4));
  expect(await loud.requestBlock(subjects.renew('loud'), '{}', plain)).toBe('for loud');
  expect(begun.filter((id) => id === 'loud')).toHaveLength(5);
  responder.stop();
  expect((await Promise.all(asked)).filter((answer) => answer === 'for loud')).toHaveLength(4);
  await Promise.all([loud.close(), calm.close()]);
});

it('connections are counted by key, each once, until they go', () => {
  const open = new OpenConnections();
  const see = (kind: 'connect' | 'disconnect', nkey: string, connection: number) => open.see({ kind, nkey, connection });
  expect([see('connect', 'a', 1), see('connect', 'a', 2), see('connect', 'a', 2), see('connect', 'b', 3)]).toEqual([1, 2, 2, 1]);
  // One that is lost comes back under another number, whichever is told first.
  for (let n = 10; n < 100; n += 1) {
    see('connect', 'b', n);
    expect(see('disconnect', 'b', n - 1)).toBeLessThanOrEqual(2);
  }
  expect(open.beyond(1)).toEqual(['a', 'b']);
  open.know('a', [2]);
  expect([open.of('a'), open.of('nobody'), see('disconnect', 'nobody', 1)]).toEqual([1, 0, 0]);
  open.begin([{ nkey: 'c', connection: 7 }]);
  expect([open.of('a'), open.of('c')]).toEqual([0, 1]);
});
