import { configureApi, createSessionToken } from '@kanade/api-client';
import type { TestBroker } from '@kanade/messaging/testing';
import { adminPassword, startBuiltBackend } from '@kanade/test-system';
import type { BuiltBackend } from '@kanade/test-system';

/** Starts a backend on a broker that has its keys, waits until it has folded everything, and signs the API client in to it. */
export async function startBenchBackend(broker: TestBroker, environment: NodeJS.ProcessEnv = {}): Promise<BuiltBackend> {
  const backend = await startBuiltBackend(broker, { environment });
  const baseUrl = backend.url;
  configureApi({ baseUrl });
  const { token } = await createSessionToken({ username: 'admin', password: adminPassword(broker).password, name: 'bench' });
  configureApi({ baseUrl, token });
  return backend;
}
