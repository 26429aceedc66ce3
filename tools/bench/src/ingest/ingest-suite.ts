import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ApiError, createExecution, getExecution, getStatus } from '@kanade/api-client';
import { anyEventSchema, runFinishedSchema, streams, subjects } from '@kanade/contracts';
import { connectCore, createServerKeys, loadServerKeys, openCommandQueue, openEventLog, signMessage, streamUsage } from '@kanade/messaging';
import { startTestBroker } from '@kanade/messaging/testing';
import type { TestBroker } from '@kanade/messaging/testing';
import { publishAll } from '../bare/publish.ts';
import type { RawMessage } from '../bare/publish.ts';
import { startBenchBackend } from '../queries/bench-backend.ts';
import { quantile } from '../report.ts';
import type { Measurement } from '../report.ts';
import { Fleet } from './fleet-client.ts';
import type { Machine } from './fleet-messages.ts';
import { watchResident } from './resident.ts';

/** Accepted, started, finished. */
const eventsPerAnswer = 3;

/** The events by which endpoints are known, as the backend writes them: thousands of enrolments would be another measurement. */
async function storeEnrolments(broker: TestBroker, machines: readonly Machine[]): Promise<void> {
  const { control } = loadServerKeys(broker.keysDir);
  const time = new Date().toISOString();
  const os = { family: 'linux', name: 'Debian GNU/Linux', version: '12', architecture: 'x86_64' };
  const messages = machines.map(({ endpointId, ...keys }, index): RawMessage => {
    const subject = subjects.controlEvents('endpoint', endpointId);
    const data = { endpointId, hostname: `host-${index + 1}`, os, agentVersion: '0.1.0', site: 'default', tokenId: 'bench', simulated: true, ...keys };
    const body = Buffer.from(JSON.stringify({ specversion: '1.0', id: randomUUID(), source: `control/endpoint/${endpointId}`, type: 'kanade.endpoint.enrolled.v1', time, principal: 'system', data }));
    return { subject, body, headers: signMessage(control, 'control', subject, body) };
  });
  await publishAll(broker.url, broker.adminCreds, messages);
}

/** Makes the endpoints' queues, as enrolling does: the slowest of the preparations, as the broker puts each on the disk by itself. */
async function makeQueues(broker: TestBroker, machines: readonly Machine[]): Promise<void> {
  process.stderr.write(`making ${machines.length} queues …\n`);
  const core = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'bench' });
  await openCommandQueue(core).ensureConsumers(machines.map(({ endpointId }) => endpointId));
  await core.close();
}

/** Runs one job everywhere; resolves when every endpoint has its command: the execution, and how long that took in milliseconds. */
async function dispatch(fleet: Fleet): Promise<{ readonly executionId: string; readonly ms: number }> {
  const started = performance.now();
  const execute = { shell: 'sh', script: 'true', timeout: '600s' } as const;
  const { executionId } = await createExecution({ targets: { kind: 'all' }, what: { kind: 'script', execute }, expiresIn: '1h', supersede: false });
  await fleet.taken();
  return { executionId, ms: performance.now() - started };
}

/** How often the backend was asked, and could not answer because the broker was too busy to answer it. */
interface Asked {
  count: number;
  refused: number;
}

/** Asks until the answer is the wanted one; a backend that cannot answer now is asked again, and counted. */
async function untilAnswered(asked: Asked, ask: () => Promise<boolean>): Promise<void> {
  for (;;) {
    asked.count += 1;
    const done = await ask().catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status < 500) throw error;
      asked.refused += 1;
      return false;
    });
    if (done) return;
    await sleep(100);
  }
}

/** Resolves when the read model knows the end and the output of every run. */
function untilFolded(asked: Asked, executionId: string, runs: number): Promise<void> {
  return untilAnswered(asked, async () => ((await getExecution(executionId)).counts['succeeded'] ?? 0) >= runs);
}

/** Resolves when all that is in the record is folded, and the verifier has looked at it. */
function untilVerified(asked: Asked): Promise<void> {
  return untilAnswered(asked, async () => {
    const { fold, verifier, status, checks } = await getStatus();
    if (fold.poisonCount > 0 || verifier.invalidCount > 0) throw new Error(`something that was answered is not believed: ${JSON.stringify(checks)}`);
    return fold.lagEvents === 0 && verifier.lagEvents === 0 && status === 'ok';
  });
}

/** Reads the record itself: runs whose end is not there, and runs whose end is there more than once. */
async function compare(broker: TestBroker, runs: number): Promise<{ readonly lost: number; readonly doubled: number }> {
  const core = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'bench' });
  try {
    const ends = new Map<string, number>();
    for await (const batch of (await openEventLog(core)).read({ from: 1 })) {
      for (const { body } of batch) {
        const event: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
        if (anyEventSchema.parse(event).type !== 'kanade.run.finished.v1') continue;
        const { runId } = runFinishedSchema.parse(event).data;
        ends.set(runId, (ends.get(runId) ?? 0) + 1);
      }
    }
    const output = (await streamUsage(core)).find(({ name }) => name === streams.output)?.messages ?? 0;
    return { lost: Math.max(runs - ends.size, runs - output), doubled: [...ends.values()].filter((count) => count > 1).length };
  } finally {
    await core.close();
  }
}

async function measureBurst(broker: TestBroker, fleet: Fleet, backendPid: number, endpoints: number): Promise<Measurement[]> {
  const { executionId, ms: dispatchMs } = await dispatch(fleet);
  const asked = { count: 0, refused: 0 };
  await untilVerified({ count: 0, refused: 0 });
  const resident = watchResident(backendPid);
  const before = resident.peak();
  const started = performance.now();
  const folded = untilFolded(asked, executionId, endpoints).then(() => performance.now() - started);
  const { acknowledgedMs, retries } = await fleet.answer();
  const acknowledged = performance.now() - started;
  const foldedMs = await folded;
  await untilVerified(asked);
  const verified = performance.now() - started;
  resident.stop();
  const { lost, doubled } = await compare(broker, endpoints);
  if (lost > 0 || doubled > 0) throw new Error(`${lost} of ${endpoints} answers were lost, ${doubled} are there twice`);
  const one = (name: string, unit: string, value: number): Measurement => ({ name, unit, median: value, samples: [] });
  return [
    one('endpoints, each with a connection', '', endpoints),
    one('asked to all commands taken', 's', dispatchMs / 1000),
    one('all answered, acknowledged', 's', acknowledged / 1000),
    one('events acknowledged', 'per s', (endpoints * eventsPerAnswer * 1000) / acknowledged),
    one('one endpoint’s whole answer, p95', 's', quantile(acknowledgedMs, 0.95) / 1000),
    one('sent again', '', retries),
    one('all folded', 's', foldedMs / 1000),
    one('all verified', 's', verified / 1000),
    one('backend before', 'MiB', before),
    one('backend at most', 'MiB', resident.peak()),
    one('requests meanwhile', '', asked.count),
    one('of them refused', '', asked.refused),
    one('lost', '', lost),
    one('doubled', '', doubled),
  ];
}

/**
 * Ten thousand endpoints answer one job at once. Each has its own key, chain, credentials and connection to the agents' account, waits for its
 * command there as an agent does, and answers with three signed events and one piece of output through that account's imports; what the broker
 * does not acknowledge is sent again, as from an outbox. The worst case: nobody answers before all have their command. What it does not show:
 * enrolment (what it stores is stored directly), a network, TLS, and ten thousand machines: the fleet, the broker and the backend share one
 * machine's cores, so that a part of the time is the fleet's own.
 */
export async function runIngestSuite(args: readonly string[]): Promise<Measurement[]> {
  const { values } = parseArgs({ args: [...args], options: { endpoints: { type: 'string', default: '10000' }, processes: { type: 'string', default: '4' } } });
  const endpoints = Number(values.endpoints);
  const broker = await startTestBroker({ maxFileBytes: 24 * 1024 ** 3 });
  const fleet = new Fleet(Number(values.processes));
  try {
    createServerKeys(broker.keysDir);
    const machines = await fleet.make(broker, endpoints);
    await storeEnrolments(broker, machines);
    await makeQueues(broker, machines);
    const backend = await startBenchBackend(broker, { KANADE_APPROVAL_ENDPOINTS: 'off' });
    try {
      await fleet.connect();
      return await measureBurst(broker, fleet, backend.pid, endpoints);
    } finally {
      await backend.stop();
    }
  } finally {
    await fleet.close();
    await broker.stop();
  }
}
