import { Injectable } from '@nestjs/common';
import { formatPosition, headers as headerNames } from '@kanade/contracts';
import type { LiveMessage, LiveTopic, PresenceBeat, Sites } from '@kanade/contracts';
import { subscribeLiveOutput } from '@kanade/messaging';
import type { LiveMessageIn, LiveOutputHandler, Stoppable } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { Beats } from '../endpoints/beats.ts';
import { presenceRow } from '../endpoints/endpoint.reads.ts';
import { ownerOfRun } from '../executions/run.reads.ts';
import type { RunOwner } from '../executions/run.reads.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { Log } from '../log.ts';
import { ChangeSites } from './change-sites.ts';
import { FoldClient } from '../projections/fold-client.ts';
import type { FoldNotice } from '../projections/fold-messages.ts';
import type { Place } from '../projections/fold-runner.ts';

/** Somebody who watches: takes messages, and drops itself when it cannot keep up. */
export interface Watcher {
  /** The sites they may see. */
  readonly sites: Sites;
  readonly topics: ReadonlyMap<string, LiveTopic>;
  send(message: LiveMessage): void;
}

const mostKnownRuns = 50_000;

/** Tells watchers what changed, who came, how endpoints are, and what scripts print as they print it. */
@Injectable()
export class LiveHub {
  private readonly watchers = new Set<Watcher>();
  /** Whose each run seen lately is: output names only the run. */
  private readonly runs = new Map<string, RunOwner>();
  private output: Stoppable | undefined;
  private forget: (() => void)[] = [];

  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly fold: FoldAccess,
    private readonly client: FoldClient,
    private readonly beats: Beats,
    private readonly log: Log,
  ) {}

  start(): void {
    this.forget = [this.fold.onNotice((notice) => this.onNotice(notice)), this.fold.onSwap((place) => this.onSwap(place)), this.beats.onBeat((endpointId, beat) => void this.onBeat(endpointId, beat))];
  }

  stop(): void {
    for (const stop of this.forget) stop();
    this.forget = [];
    this.output?.stop();
    this.output = undefined;
  }

  /** How many watch now. */
  get watching(): number {
    return this.watchers.size;
  }

  add(watcher: Watcher): void {
    this.watchers.add(watcher);
  }

  remove(watcher: Watcher): void {
    this.watchers.delete(watcher);
    this.topicsChanged();
  }

  /** The position up to which a new subscriber has missed nothing that it can fetch. */
  position(): string | undefined {
    return this.client.position === undefined ? undefined : formatPosition(this.client.position);
  }

  /** Output is only asked of the broker while somebody watches an execution. */
  topicsChanged(): void {
    const wanted = [...this.watchers].some(({ topics }) => [...topics.values()].some(({ kind }) => kind === 'execution'));
    if (wanted) this.output ??= subscribeLiveOutput(this.broker.get().core, (from, message) => void this.onOutput(from, message));
    else {
      this.output?.stop();
      this.output = undefined;
    }
  }

  /** `sitesOf` says to which sites it belongs, undefined for what everybody may know of; asked only where it matters. */
  private tell(message: LiveMessage, concerns: (topic: LiveTopic) => boolean, sitesOf: () => readonly string[] | undefined): void {
    for (const watcher of this.watchers) if ([...watcher.topics.values()].some(concerns) && maySee(watcher, sitesOf)) watcher.send(message);
  }

  private onNotice({ incarnation, sequence, changes, runs, samples }: FoldNotice): void {
    for (const { runId, ...owner } of runs) this.remember(runId, owner);
    if (this.watchers.size === 0) return;
    const position = formatPosition({ incarnation, sequence });
    const sites = new ChangeSites(this.client.peek());
    for (const { kind, id } of changes) {
      // What is to be erased is between the fold and the eraser; whom it concerns is told as a change of theirs. A rebuild is told when it is done.
      if (kind === 'erasure' || kind === 'rebuild') continue;
      this.tell({ type: 'changed', kind, id, position }, (topic) => concernsChange(topic, kind, id), () => sites.of(kind, id));
    }
    for (const { runId, executionId, endpointId, site, state, exitCode } of runs) {
      const message: LiveMessage = { type: 'run', runId, executionId, endpointId, state, exitCode, position };
      this.tell(message, (topic) => topic.kind === 'changes' || concerns(topic, { executionId, endpointId }), () => [site]);
    }
    for (const { endpointId, sample } of samples) {
      this.tell({ type: 'performance', endpointId, sample }, (topic) => concerns(topic, { endpointId }), () => sites.endpoint(endpointId));
    }
  }

  /** Whoever watches anything has read in a read model that answers no more. */
  private onSwap(place: Place): void {
    const message: LiveMessage = { type: 'rebuilt', position: formatPosition(place) };
    for (const watcher of this.watchers) watcher.send(message);
  }

  private async onBeat(endpointId: string, _beat: PresenceBeat): Promise<void> {
    if (this.watchers.size === 0) return;
    try {
      const row = presenceRow(await this.fold.reader(), endpointId);
      if (row === undefined) return;
      const lastSeenAt = this.clock.iso();
      this.tell({ type: 'presence', endpointId, status: row.status, lastSeenAt }, (topic) => concerns(topic, { endpointId }), () => [row.site]);
    } catch (error) {
      this.log.debug({ err: error }, 'a beat could not be told');
    }
  }

  private async onOutput(from: Parameters<LiveOutputHandler>[0], { headers, body }: LiveMessageIn): Promise<void> {
    const { endpointId, runId, stream } = from;
    const offset = Number(headers[headerNames.offset]);
    const owner = this.runs.get(runId) ?? (await this.lookUp(runId));
    // The broker vouches for the endpoint in the subject; the run in it is that endpoint's word.
    if (owner?.endpointId !== endpointId || !Number.isSafeInteger(offset) || offset < 0) return;
    const { executionId, site } = owner;
    this.tell({ type: 'output', runId, executionId, stream, offset, data: Buffer.from(body).toString('base64') }, (topic) => concerns(topic, { executionId }), () => [site]);
  }

  private async lookUp(runId: string): Promise<RunOwner | undefined> {
    try {
      const owner = ownerOfRun(await this.fold.reader(), runId);
      if (owner !== undefined) this.remember(runId, owner);
      return owner;
    } catch (error) {
      this.log.debug({ err: error }, 'live output is skipped while the read model is not open');
      return undefined;
    }
  }

  private remember(runId: string, { executionId, endpointId, site }: RunOwner): void {
    if (this.runs.size >= mostKnownRuns) this.runs.clear();
    this.runs.set(runId, { executionId, endpointId, site });
  }
}

function maySee({ sites }: Watcher, sitesOf: () => readonly string[] | undefined): boolean {
  return sites === 'all' || (sitesOf()?.some((site) => sites.includes(site)) ?? true);
}

function concerns(topic: LiveTopic, of: { readonly executionId?: string; readonly endpointId?: string }): boolean {
  return (topic.kind === 'execution' && topic.executionId === of.executionId) || (topic.kind === 'endpoint' && topic.endpointId === of.endpointId);
}

function concernsChange(topic: LiveTopic, kind: string, id: string): boolean {
  return topic.kind === 'changes' || topic.kind === kind && concerns(topic, { executionId: id, endpointId: id });
}
