import { setTimeout as pause } from 'node:timers/promises';
import { createEnrolmentToken } from '@kanade/api-client';
import { readEnrolmentToken, TestAgent } from '@kanade/messaging/testing';
import type { TakenCommand } from '@kanade/messaging/testing';

const sizes = { answering: 24, silent: 6, away: 6 } as const;
/** No endpoint takes longer for a run. */
const longestRunMs = 1500;

/** Endpoints that answer, endpoints that take their commands and say nothing, and endpoints that are not there. */
export class Crew {
  readonly answering: readonly TestAgent[];
  readonly all: readonly TestAgent[];
  readonly #work: Promise<void>[] = [];

  private constructor(answering: readonly TestAgent[], others: readonly TestAgent[]) {
    this.answering = answering;
    this.all = [...answering, ...others];
    for (const agent of answering) this.#employ(agent);
  }

  /** Enrols them with the backend the API client is signed in to. */
  static async enrol(): Promise<Crew> {
    const { token } = await createEnrolmentToken({ expiresIn: '1h', maxUses: sizes.answering + sizes.silent + sizes.away });
    const join = (kind: keyof typeof sizes) => Promise.all(Array.from({ length: sizes[kind] }, (_, index) => TestAgent.enrol(readEnrolmentToken(token), { name: `${kind}-${index + 1}` })));
    const answering = await join('answering');
    const silent = await join('silent');
    const away = await join('away');
    for (const agent of silent) agent.takeCommands();
    for (const agent of away) await agent.close();
    return new Crew(answering, [...silent, ...away]);
  }

  /** Commands that lay in a queue twice: another place in it, for the same run. */
  twice(): string[] {
    return this.all.flatMap(({ commands, endpointId }) => {
      const places = new Map<string, Set<number>>();
      for (const { type, runId, sequence } of commands) places.set(`${type} ${runId}`, (places.get(`${type} ${runId}`) ?? new Set()).add(sequence));
      return [...places].filter(([, { size }]) => size > 1).map(([command, { size }]) => `${endpointId} got ${command} ${size} times`);
    });
  }

  /** Waits for what the endpoints are still at. */
  async done(): Promise<void> {
    while (this.#work.length > 0) await Promise.all(this.#work.splice(0));
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((agent) => agent.close()));
  }

  /** Runs what comes, one after the other, each run once: as a ledger would have it. */
  #employ(agent: TestAgent): void {
    const known = new Set<string>();
    let queue = Promise.resolve();
    agent.takeCommands((command) => {
      if (command.type !== 'kanade.command.run.v1' || known.has(command.runId) || Date.parse(command.expiresAt) <= Date.now()) return;
      known.add(command.runId);
      queue = queue.then(() => perform(agent, command));
      this.#work.push(queue);
    });
  }
}

async function perform(agent: TestAgent, command: TakenCommand): Promise<void> {
  await agent.accept(command);
  await agent.start(command);
  await pause(Math.random() * longestRunMs);
  await agent.finish(command, 0);
}
