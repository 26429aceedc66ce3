import { randomUUID } from 'node:crypto';
import { loadBrokerKeys } from '@kanade/messaging';
import { BenchEndpoint } from './bench-endpoint.ts';
import type { FleetMessage, FleetRequest } from './fleet-messages.ts';

const connectsAtOnce = 50;
let endpoints: BenchEndpoint[] = [];
let access = { url: '', keysDir: '' };
const post = (message: FleetMessage): void => void process.send?.(message);

async function connectAll(): Promise<void> {
  const keys = loadBrokerKeys(access.keysDir);
  let taken = 0;
  const onCommand = () => {
    taken += 1;
    if (taken === endpoints.length) post({ type: 'taken' });
  };
  for (let start = 0; start < endpoints.length; start += connectsAtOnce) {
    await Promise.all(endpoints.slice(start, start + connectsAtOnce).map((endpoint) => endpoint.connect(access.url, keys, onCommand)));
  }
  post({ type: 'connected' });
}

async function answerAll(): Promise<void> {
  const retries = { count: 0 };
  const started = performance.now();
  const answer = async (endpoint: BenchEndpoint) => {
    await endpoint.answer(retries);
    return performance.now() - started;
  };
  post({ type: 'answered', acknowledgedMs: await Promise.all(endpoints.map(answer)), retries: retries.count });
}

async function obey(request: FleetRequest): Promise<void> {
  switch (request.type) {
    case 'make':
      access = request;
      endpoints = Array.from({ length: request.count }, () => new BenchEndpoint(randomUUID()));
      post({ type: 'made', machines: endpoints.map(({ machine }) => machine) });
      return;
    case 'connect':
      return connectAll();
    case 'answer':
      return answerAll();
    case 'close':
      await Promise.all(endpoints.map((endpoint) => endpoint.close()));
      process.disconnect();
      return;
    default:
      request satisfies never;
  }
}

process.on('message', (request: FleetRequest) => {
  // What fails here fails the measurement: an unhandled rejection ends the process.
  void obey(request);
});
