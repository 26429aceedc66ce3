import { Injectable } from '@nestjs/common';
import { askAnswerSchema, subjects } from '@kanade/contracts';
import type { AskRequest, PresenceBeat } from '@kanade/contracts';
import { missedBeats } from '@kanade/domain';
import type { RunSigns } from '@kanade/domain';
import { ask, signMessage } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { newId } from '../history/uuid.ts';
import { activeRunsByEndpoint } from '../projections/process-reads.ts';

const askTimeoutMs = 5000;
const silent: RunSigns = { named: false, missed: 0, denied: false };
/** A run is named only as long as its endpoint goes on beating. */
const namedForMs = 60_000;

interface Watched {
  readonly executionId: string;
  readonly endpointId: string;
  namedAt: number;
  missed: number;
}

/** What endpoints say of the runs they have taken: by their beats, and by their ledger when asked. */
@Injectable()
export class RunSignals {
  private readonly watched = new Map<string, Watched>();
  private denied: { readonly runId: string; readonly executionId: string }[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly fold: FoldAccess,
  ) {}

  /** Told when a run was missing from three beats in a row. */
  onSuspect(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async beat(endpointId: string, beat: PresenceBeat): Promise<void> {
    if (!this.fold.caughtUp()) return;
    const now = this.clock.now();
    const named = new Set(beat.activeRuns);
    const active = activeRunsByEndpoint(await this.fold.reader(), endpointId);
    const ids = new Set(active.map(({ runId }) => runId));
    for (const [runId, run] of this.watched) if (run.endpointId === endpointId && !ids.has(runId)) this.watched.delete(runId);
    for (const { runId, executionId } of active) {
      const run = this.watched.get(runId) ?? { executionId, endpointId, namedAt: 0, missed: 0 };
      if (named.has(runId)) Object.assign(run, { namedAt: now, missed: 0 });
      else run.missed += 1;
      this.watched.set(runId, run);
      if (run.missed === missedBeats) for (const listener of this.listeners) listener();
    }
  }

  of(runId: string): RunSigns {
    const run = this.watched.get(runId);
    if (run === undefined) return silent;
    return { named: this.clock.now() - run.namedAt < namedForMs, missed: run.missed, denied: false };
  }

  /** Asks endpoints about the runs their beats do not name any more. */
  async askSuspects(): Promise<void> {
    const byEndpoint = new Map<string, string[]>();
    for (const [runId, { endpointId, missed }] of this.watched) {
      if (missed >= missedBeats) byEndpoint.set(endpointId, [...(byEndpoint.get(endpointId) ?? []), runId]);
    }
    await Promise.all([...byEndpoint].map(([endpointId, runIds]) => this.ask(endpointId, runIds.slice(0, 1000))));
  }

  /** Runs whose endpoint answered that it never saw them. */
  takeDenied(): readonly { readonly runId: string; readonly executionId: string }[] {
    const taken = this.denied;
    this.denied = [];
    return taken;
  }

  private async ask(endpointId: string, runIds: readonly string[]): Promise<void> {
    // Counted afresh, whatever comes of it: no answer is asked for again after three more beats.
    for (const runId of runIds) {
      const run = this.watched.get(runId);
      if (run !== undefined) run.missed = 0;
    }
    const { core, keys } = this.broker.get();
    const now = this.clock.now();
    const request: AskRequest = {
      id: newId(now),
      recipient: endpointId,
      expiresAt: new Date(now + 2 * askTimeoutMs).toISOString(),
      question: { kind: 'runs', runIds: [...runIds] },
    };
    const body = Buffer.from(JSON.stringify(request));
    const headers = signMessage(keys.command, 'ask', subjects.ask(endpointId, 'runs'), body);
    const answer = await ask(core, { endpointId, question: 'runs', body, headers, timeoutMs: askTimeoutMs });
    if (answer === undefined) return;
    const { id, runs } = askAnswerSchema.parse(JSON.parse(Buffer.from(answer).toString()));
    if (id !== request.id) return;
    for (const { runId, state } of runs) {
      const run = this.watched.get(runId);
      if (state === null && run !== undefined && runIds.includes(runId)) this.denied.push({ runId, executionId: run.executionId });
    }
  }
}
