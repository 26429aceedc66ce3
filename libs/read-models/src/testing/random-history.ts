import type { StoredMessage } from '../fold/message.ts';
import { TestHistory } from './history.ts';
import { acceptRun, enrol, finishRun, nkeyOf, rekey, requestEnrolment, requestExecution, runIdOf, startRun } from './scenes.ts';

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const linux = { family: 'linux', name: 'Debian', architecture: 'x64' } as const;
const broker = { urls: ['nats://127.0.0.1:4222'], ca: null };
const sites = ['default', 'tokyo', 'osaka'];
const softwareNames = ['bash', 'curl', 'Zsh', 'openssl', 'vim'];

/** Writes a history in which anything a fleet and its people do happens in any order; nothing is erased in it. */
class RandomHistory {
  readonly history: TestHistory;
  private readonly random: () => number;
  private readonly endpoints: string[] = [];
  private readonly executions: { id: string; targets: string[] }[] = [];
  private readonly tokens: string[] = [];
  private readonly printed = new Set<string>();
  private count = 0;

  constructor(seed: number, stepMs: number) {
    this.history = new TestHistory(undefined, undefined, stepMs);
    this.random = seeded(seed);
    this.history.control('account', 'a1', 'kanade.account.created.v1', { accountId: 'a1', username: 'admin' });
    for (let index = 0; index < 4; index += 1) this.enrol();
  }

  /** Does one thing. */
  step(): void {
    this.pick(this.acts)();
  }

  private number(below: number): number {
    return Math.floor(this.random() * below);
  }

  private pick<Item>(items: readonly Item[]): Item {
    const item = items[this.number(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  private name(prefix: string): string {
    this.count += 1;
    // No two may look the same as keys are made of their letters.
    return `${prefix}${this.count.toString().replaceAll(/\d/g, (digit) => String.fromCharCode(97 + Number(digit)))}`;
  }

  private enrol(): void {
    const id = this.name('e');
    if (this.random() < 0.2) requestEnrolment(this.history, id, { site: this.pick(sites) });
    enrol(this.history, id, { site: this.pick(sites), tokenId: this.tokens[0] ?? 't1' });
    this.endpoints.push(id);
  }

  private some(): string[] {
    const chosen = this.endpoints.filter(() => this.random() < 0.5);
    return chosen.length === 0 ? [this.pick(this.endpoints)] : chosen;
  }

  private request(): void {
    const id = this.name('x');
    const targets = this.some();
    const until = new Date(this.history.startedAt + 1_800_000).toISOString();
    requestExecution(this.history, id, targets, this.random() < 0.3 ? { confirmation: { kind: 'approval', accountId: 'a1', until } } : {});
    this.executions.push({ id, targets });
  }

  private onRun(act: (executionId: string, endpointId: string) => void): void {
    if (this.executions.length === 0) this.request();
    // Mostly the newest: runs come to an end.
    const { id, targets } = this.random() < 0.7 ? this.executions.at(-1) ?? this.pick(this.executions) : this.pick(this.executions);
    act(id, this.pick(targets));
  }

  private finish(executionId: string, endpointId: string): void {
    // What a run prints twice is not a second beginning of its output.
    const stdout = this.random() < 0.5 && !this.printed.has(runIdOf(executionId, endpointId)) ? `${this.name('line ')}\n` : '';
    if (stdout !== '') this.printed.add(runIdOf(executionId, endpointId));
    if (stdout !== '') this.history.chunk({ endpointId, runId: runIdOf(executionId, endpointId), stream: 'stdout', chunk: 0, offset: 0 }, stdout);
    const ended = this.pick([{ state: 'succeeded', exitCode: 0 }, { state: 'failed', exitCode: 3 }, { state: 'timed-out', exitCode: null }, { state: 'cancelled', exitCode: null }] as const);
    finishRun(this.history, executionId, endpointId, { ...ended, stdout, startedAt: new Date(this.history.startedAt + this.number(1000)).toISOString() });
  }

  private presume(executionId: string): void {
    const found = this.executions.find(({ id }) => id === executionId);
    const state = this.pick(['lost', 'expired', 'cancelled'] as const);
    this.history.control('execution', executionId, 'kanade.execution.runs-presumed.v1', { executionId, state, runIds: (found?.targets ?? []).filter(() => this.random() < 0.6).map((endpointId) => runIdOf(executionId, endpointId)) });
  }

  private aboutEndpoint(act: (endpointId: string) => StoredMessage): () => void {
    return () => { act(this.pick(this.endpoints)); };
  }

  private readonly runActs = [
    () => { this.request(); },
    ...[1, 2, 3].map(() => () => { this.onRun((executionId, endpointId) => { acceptRun(this.history, executionId, endpointId); }); }),
    ...[1, 2, 3].map(() => () => { this.onRun((executionId, endpointId) => { startRun(this.history, executionId, endpointId); }); }),
    ...[1, 2, 3, 4].map(() => () => { this.onRun((executionId, endpointId) => { this.finish(executionId, endpointId); }); }),
    ...[1, 2].map(() => () => { this.onRun((executionId) => { this.presume(executionId); }); }),
    () => { this.onRun((executionId) => { this.history.control('execution', executionId, 'kanade.execution.cancel-requested.v1', { executionId, runIds: null }); }); },
    () => { this.onRun((executionId) => { this.history.control('execution', executionId, 'kanade.execution.approved.v1', { executionId }, { principal: 'account/a1' }); }); },
    () => { this.onRun((executionId) => { this.history.control('execution', executionId, 'kanade.execution.denied.v1', { executionId, reason: 'no' }, { principal: 'account/a1' }); }); },
  ];

  private readonly endpointActs = [
    () => { this.enrol(); },
    this.aboutEndpoint((endpointId) => this.history.control('endpoint', endpointId, 'kanade.endpoint.came-online.v1', { endpointId, observedAt: new Date(this.history.startedAt + this.number(100_000)).toISOString() })),
    this.aboutEndpoint((endpointId) => this.history.control('endpoint', endpointId, 'kanade.endpoint.went-offline.v1', { endpointId, observedAt: new Date(this.history.startedAt + this.number(100_000)).toISOString(), reason: 'disconnected' })),
    this.aboutEndpoint((endpointId) => this.history.control('endpoint', endpointId, 'kanade.endpoint.alias-changed.v1', { endpointId, alias: this.random() < 0.3 ? null : this.name('Desk ') })),
    this.aboutEndpoint((endpointId) => this.history.control('endpoint', endpointId, 'kanade.endpoint.site-assigned.v1', { endpointId, site: this.pick(sites) })),
    this.aboutEndpoint((endpointId) => this.history.control('endpoint', endpointId, 'kanade.endpoint.held.v1', { endpointId, cause: 'event-budget', detail: 'too many', until: null })),
    this.aboutEndpoint((endpointId) => this.history.control('endpoint', endpointId, 'kanade.endpoint.released.v1', { endpointId, reason: 'operator' })),
    this.aboutEndpoint((endpointId) => this.history.control('endpoint', endpointId, 'kanade.endpoint.quarantined.v1', { endpointId, sequence: 1, reason: 'bad signature' })),
    this.aboutEndpoint((endpointId) => this.history.control('endpoint', endpointId, 'kanade.endpoint.conflict-reported.v1', { endpointId, detail: this.name('foreign ') })),
    this.aboutEndpoint((endpointId) => this.history.control('endpoint', endpointId, 'kanade.endpoint.retired.v1', { endpointId, nkey: nkeyOf(endpointId) })),
    this.aboutEndpoint((endpointId) => this.history.control('endpoint', endpointId, 'kanade.endpoint.revoked.v1', { endpointId, nkey: nkeyOf(endpointId), reason: 'stolen' })),
    this.aboutEndpoint((endpointId) => rekey(this.history, endpointId, { nkey: nkeyOf(`${endpointId}-${this.name('k')}`) })),
    this.aboutEndpoint((endpointId) =>
      this.history.endpoint(endpointId, 'kanade.agent.started.v1', { agentVersion: `0.1.${this.number(5)}`, hostname: this.name('Host-'), os: { ...linux, version: String(this.number(3)) }, bootId: 'b', shells: ['sh'], reason: 'restart' })),
    this.aboutEndpoint((endpointId) => {
      if (this.random() < 0.3) this.history.openEpoch(endpointId);
      return this.history.endpoint(endpointId, 'kanade.inventory.changed.v1', { facet: 'disks', value: { disks: [], filesystems: [{ device: 'a', type: 'ext4', mount: '/', sizeBytes: this.number(1000) }] } });
    }),
    ...[1, 2].map(() => this.aboutEndpoint((endpointId) =>
      this.history.endpoint(endpointId, 'kanade.inventory.packages-changed.v1', {
        reset: this.random() < 0.4,
        removed: softwareNames.filter(() => this.random() < 0.2).map((name) => ({ name, architecture: 'amd64', source: 'dpkg' as const })),
        present: softwareNames.filter(() => this.random() < 0.3).map((name) => ({ name, version: String(this.number(3)), architecture: 'amd64', source: 'dpkg' as const })),
      }))),
    this.aboutEndpoint((endpointId) => this.history.endpoint(endpointId, 'kanade.desired.applied.v1', { version: this.number(9), urls: broker.urls })),
    this.aboutEndpoint((endpointId) => this.history.endpoint(endpointId, 'kanade.desired.failed.v1', { version: this.number(9), reason: { code: 'unreachable', message: this.name('no ') } })),
    this.aboutEndpoint((endpointId) => this.history.raw(endpointId, Buffer.from('no event'))),
    this.aboutEndpoint((endpointId) => this.history.control('broker', 'fleet', 'kanade.broker.move-ordered.v1', { version: this.number(9) + 1, endpointId, broker, keepOld: true })),
  ];

  private readonly peopleActs = [
    () => { const id = this.name('a'); this.history.control('account', id, 'kanade.account.created.v1', { accountId: id, username: this.name('user') }); },
    () => { this.history.control('account', 'a1', 'kanade.account.grants-changed.v1', { accountId: 'a1', grants: [{ role: 'operator', sites: [this.pick(sites)] }] }); },
    () => { this.history.control('account', 'a1', this.pick(['kanade.account.disabled.v1', 'kanade.account.enabled.v1', 'kanade.account.password-changed.v1'] as const), { accountId: 'a1' }); },
    () => { const site = this.pick(sites.slice(1)); this.history.control('site', site, this.pick(['kanade.site.created.v1', 'kanade.site.deleted.v1'] as const), { site }); },
    () => {
      const id = this.name('t');
      this.tokens.unshift(id);
      this.history.control('enrolment', id, 'kanade.enrolment.token-created.v1', { tokenId: id, site: this.pick(sites), maxUses: 3, expiresAt: '2026-02-01T00:00:00.000Z' });
    },
    () => { const id = this.tokens[0]; if (id !== undefined) this.history.control('enrolment', id, 'kanade.enrolment.token-revoked.v1', { tokenId: id }); },
    () => {
      const jobId = this.pick(['hello', 'backup']);
      this.history.control('job', jobId, 'kanade.job.applied.v1', {
        jobId, version: `1.${this.number(99)}.0`, description: this.name('Says '), execute: { shell: 'sh', timeoutMs: 900_000, runAs: 'system', cwd: null }, scriptDigest: 'c'.repeat(64), scriptBytes: 10,
      }, { principal: 'account/a1' });
    },
    () => { const name = this.pick(['db', 'api']); this.history.control('secret', name, 'kanade.secret.set.v1', { name, version: this.number(99) + 1, sites: this.random() < 0.5 ? 'all' : ['tokyo'], valueId: this.name('v') }, { principal: 'account/a1' }); },
    () => { this.history.control('secret', 'db', 'kanade.secret.deleted.v1', { name: 'db' }); },
  ];

  private readonly acts = [...this.runActs, ...this.runActs, ...this.endpointActs, ...this.peopleActs];
}

/** A history of random doings, `stepMs` from one message to the next; the same for the same seed. */
export function randomHistory(seed: number, steps: number, stepMs = 10): TestHistory {
  const writer = new RandomHistory(seed, stepMs);
  for (let step = 0; step < steps; step += 1) writer.step();
  return writer.history;
}

/** What had been recorded of a history by a position: the messages a fold to there has read. */
export function recordedBy(history: Pick<TestHistory, 'events' | 'output' | 'private' | 'metrics'>, position: number) {
  const until = history.events[position - 1]?.recordedAt ?? 0;
  const upTo = (messages: readonly StoredMessage[]) => messages.filter(({ recordedAt }) => recordedAt <= until);
  return { events: history.events.slice(0, position), output: upTo(history.output), private: upTo(history.private), metrics: upTo(history.metrics) };
}
