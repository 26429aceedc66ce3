import { statSync } from 'node:fs';
import { startTestBroker } from '@kanade/messaging/testing';
import type { TestBroker } from '@kanade/messaging/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enrolInto } from '../cli/enrol-command.ts';
import { dataDirAt, securePrivately } from '../data-dir/data-dir.ts';
import { temporaryDirectory } from '../testing/test-agent.spec-kit.ts';
import { TestBackend } from '../testing/test-backend.spec-kit.ts';
import { enrol } from './enrol.ts';
import { createKeys, Identity, readPendingKeys, writePendingKeys } from './identity.ts';

let broker: TestBroker;
let backend: TestBackend;

beforeAll(async () => {
  broker = await startTestBroker();
  backend = await TestBackend.start(broker);
});

afterAll(async () => {
  await backend.stop();
  await broker.stop();
});

test('an enrolment leaves an identity and credentials that nobody else can read', async () => {
  const directory = temporaryDirectory();
  const dataDir = dataDirAt(directory);
  const { stored } = await enrolInto(directory, backend.token(), false);
  expect(Identity.load(dataDir).stored).toEqual(stored);
  expect([dataDir.identity, dataDir.natsCreds].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
});

test('a directory is enrolled once', async () => {
  const directory = temporaryDirectory();
  const { stored } = await enrolInto(directory, backend.token(), true);
  await expect(enrolInto(directory, backend.token(), true)).rejects.toThrow(`is enrolled already, as ${stored.endpointId}`);
});

test('an enrolment whose answer was lost is finished with the same keys', async () => {
  const directory = temporaryDirectory();
  const dataDir = dataDirAt(directory);
  securePrivately(dataDir);
  const keys = createKeys();
  writePendingKeys(dataDir, keys);
  expect(() => Identity.load(dataDir)).toThrow(expect.objectContaining({ exitCode: 3 }));
  const { stored } = await enrolInto(directory, backend.token(), true);
  expect(stored.keys).toEqual(keys);
});

test('what is no token is said to be none', async () => {
  await expect(enrolInto(temporaryDirectory(), 'not-a-token', true)).rejects.toThrow(/no enrolment token/);
});

test('a machine that must be approved says so once, waits, and is in with the keys it asked with', async () => {
  const dataDir = dataDirAt(temporaryDirectory());
  securePrivately(dataDir);
  const host = { hostname: 'waits', os: { family: 'linux', name: 'Debian', version: '12', architecture: 'x64' }, simulated: true } as const;
  const said: string[] = [];
  let asked = 0;
  backend.refusal = { error: { code: 'approval-pending', message: 'an operator lets it in', retryable: true } };
  const pause = () => {
    asked += 1;
    if (asked === 3) backend.refusal = undefined;
    return Promise.resolve();
  };
  const before = enrol(dataDir, backend.token(), host, { tell: (text) => void said.push(text), pause });
  const { stored } = await before;
  expect(said).toEqual(['an operator lets it in']);
  expect(asked).toBe(3);
  expect(stored.keys.nkey).toMatch(/^U/);
});

test('a machine that is refused says why, and keeps its keys for another try', async () => {
  const directory = temporaryDirectory();
  backend.refusal = { error: { code: 'endpoint-revoked', message: 'it was revoked', retryable: false } };
  await expect(enrolInto(directory, backend.token(), true)).rejects.toThrow('the backend refused the enrolment: it was revoked (endpoint-revoked)');
  backend.refusal = undefined;
  const keys = readPendingKeys(dataDirAt(directory));
  const { stored } = await enrolInto(directory, backend.token(), true);
  expect(stored.keys).toEqual(keys);
});
