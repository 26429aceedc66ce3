import { statSync } from 'node:fs';
import { startTestBroker } from '@kanade/messaging/testing';
import type { TestBroker } from '@kanade/messaging/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enrolInto } from '../cli/enrol-command.ts';
import { dataDirAt, securePrivately } from '../data-dir/data-dir.ts';
import { temporaryDirectory } from '../testing/test-agent.spec-kit.ts';
import { TestBackend } from '../testing/test-backend.spec-kit.ts';
import { createKeys, Identity, writePendingKeys } from './identity.ts';

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
