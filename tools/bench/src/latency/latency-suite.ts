import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEnrolmentToken, createExecution, getStatus } from '@kanade/api-client';
import { readEnrolmentToken, TestAgent } from '@kanade/messaging/testing';
import type { TakenCommand } from '@kanade/messaging/testing';
import { signIn, withInstallation } from '../installation/temporary-installation.ts';
import type { TemporaryInstallation } from '../installation/temporary-installation.ts';
import { median, quantile } from '../report.ts';
import type { Measurement } from '../report.ts';
import { endpointIds, startBackground } from './background.ts';
import { openScreen } from './screen.ts';
import type { Screen } from './screen.ts';

/** Endpoints whose results are timed, all on the page at once. */
const timedEndpoints = 10;
const warmUpRounds = 2;

interface Sample {
  /** From when the result was handed to the broker to when its row had changed, ms. */
  readonly published: number;
  /** From when the broker acknowledged it, ms. */
  readonly acknowledged: number;
}

interface Plan {
  readonly rounds: number;
  /** Runs per second on other endpoints meanwhile. */
  readonly load: number;
}

type Timed = ReadonlyMap<string, TestAgent>;

/** Endpoints of this process itself, by name: only so is it known when a result is published. */
async function enrolTimed(): Promise<Timed> {
  const { token } = await createEnrolmentToken({ expiresIn: '1h', maxUses: timedEndpoints });
  const agents = new Map<string, TestAgent>();
  for (let index = 1; index <= timedEndpoints; index += 1) {
    const name = `timed-${index}`;
    const agent = await TestAgent.enrol(readEnrolmentToken(token), { name });
    agent.takeCommands();
    agents.set(name, agent);
  }
  return agents;
}

async function commandOf(agent: TestAgent, executionId: string): Promise<TakenCommand> {
  for (;;) {
    const command = agent.commands.find((taken) => taken.executionId === executionId);
    if (command !== undefined) return command;
    await sleep(5);
  }
}

/** One execution on all timed endpoints: they start, its page is opened, and they end one by one, at random moments. */
async function round(screen: Screen, timed: Timed): Promise<Sample[]> {
  const ids = [...timed.values()].map(({ endpointId }) => endpointId);
  const execute = { shell: 'sh', script: 'true', timeout: '600s' } as const;
  const { executionId } = await createExecution({ targets: { kind: 'endpoints', ids }, what: { kind: 'script', execute }, expiresIn: '1h', supersede: false });
  const running: { readonly name: string; readonly agent: TestAgent; readonly command: TakenCommand }[] = [];
  for (const [name, agent] of timed) {
    const command = await commandOf(agent, executionId);
    await agent.accept(command);
    await agent.start(command);
    running.push({ name, agent, command });
  }
  await screen.open(executionId, timed.size);
  const samples: Sample[] = [];
  for (const { name, agent, command } of running) {
    await sleep(100 + Math.random() * 900);
    const publishedAt = performance.timeOrigin + performance.now();
    await agent.finish(command, 0);
    const acknowledgedAt = performance.timeOrigin + performance.now();
    const seenAt = await screen.seenAt(name);
    samples.push({ published: seenAt - publishedAt, acknowledged: seenAt - acknowledgedAt });
  }
  return samples;
}

/** All rounds while the rest of the fleet is at work; resolves with how many runs of theirs ended in a second, too. */
async function play(screen: Screen, timed: Timed, fleet: readonly string[], plan: Plan): Promise<{ readonly samples: Sample[]; readonly runsPerSecond: number }> {
  const background = startBackground(fleet, plan.load);
  const started = performance.now();
  const samples: Sample[] = [];
  let runs = 0;
  let seconds = 0;
  try {
    for (let number = 0; number < warmUpRounds + plan.rounds; number += 1) {
      const more = await round(screen, timed);
      if (number >= warmUpRounds) samples.push(...more);
    }
  } finally {
    seconds = (performance.now() - started) / 1000;
    runs = await background.stop();
  }
  return { samples, runsPerSecond: runs / seconds };
}

async function measure(installation: TemporaryInstallation, plan: Plan): Promise<Measurement[]> {
  const access = signIn(installation);
  const fleet = await endpointIds();
  const timed = await enrolTimed();
  const screen = await openScreen(access);
  const { samples, runsPerSecond } = await play(screen, timed, fleet, plan).finally(() => screen.close());
  const { online } = (await getStatus()).endpoints;
  await Promise.all([...timed.values()].map((agent) => agent.close()));
  const published = samples.map((sample) => sample.published);
  const one = (name: string, unit: string, value: number): Measurement => ({ name, unit, median: value, samples: [] });
  return [
    one('endpoints online', '', online),
    one('runs that ended meanwhile', 'per s', runsPerSecond),
    one('results timed', '', samples.length),
    { name: 'published to row changed, median', unit: 'ms', median: median(published), samples: published },
    one('published to row changed, p95', 'ms', quantile(published, 0.95)),
    one('published to row changed, slowest', 'ms', Math.max(...published)),
    one('acknowledged to row changed, p95', 'ms', quantile(samples.map(({ acknowledged }) => acknowledged), 0.95)),
  ];
}

/**
 * From an agent's result to a changed row in an open browser. A whole kanade with many simulated endpoints: every one of them an agent with a
 * connection, a ledger and an outbox of its own, beating, sampling and running something now and then. Beside them ten endpoints of this
 * process, so that the moment of publishing is known, and a real Chromium on the page of the execution they run. What it does not show: a
 * network, as all of it is one machine and shares its cores, and the time an agent takes to notice that its script has ended.
 */
export async function runLatencySuite(args: readonly string[]): Promise<Measurement[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { endpoints: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '20' }, load: { type: 'string', default: '20' } },
  });
  const plan = { rounds: Number(values.rounds), load: Number(values.load) };
  return withInstallation((installation) => measure(installation, plan), Number(values.endpoints));
}
