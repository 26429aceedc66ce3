import { Injectable } from '@nestjs/common';
import type { ArchiveStatus } from '@kanade/contracts';
import { verifierFile } from '@kanade/read-models';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { countEndpoints } from '../endpoints/endpoint.reads.ts';
import { DispatchCounter } from '../executions/dispatch-counter.ts';
import { Archiver } from '../archive/archiver.ts';
import { Broker } from '../broker/broker.ts';
import { AuditFeeds } from '../audit/feeds/audit-feeds.ts';
import { CheckpointKeeper } from '../checkpoints/checkpoint-keeper.ts';
import { Clock } from '../clock.ts';
import { Config } from '../config/config.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { Leader } from '../leader/leader.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { VerifierClient } from '../projections/verifier-client.ts';
import { sizeOf } from '../read-model/growth.ts';
import { Disk } from './disk.ts';

const damagedRanges = (archive: ArchiveStatus | undefined): number =>
  archive === undefined ? 0 : [archive.lacks, archive.damage.missing, archive.damage.altered, archive.damage.archive].reduce((sum, ranges) => sum + ranges.length, 0);

/** What Prometheus reads. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly durations = new Histogram({
    name: 'kanade_http_request_duration_seconds',
    help: 'How long HTTP requests took',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });

  constructor(
    private readonly fold: FoldAccess,
    private readonly client: FoldClient,
    verifier: VerifierClient,
    leader: Leader,
    dispatches: DispatchCounter,
    private readonly feeds: AuditFeeds,
    archiver: Archiver,
    private readonly checkpoints: CheckpointKeeper,
    private readonly clock: Clock,
    private readonly broker: Broker,
    private readonly disk: Disk,
    config: Config,
  ) {
    collectDefaultMetrics({ register: this.registry });
    this.gauge('kanade_fold_lag_events', 'Messages that are stored and not folded', () => this.client.status().lagEvents);
    this.gauge('kanade_fold_lag_milliseconds', 'Time from recording to folding of the newest folded event', () => this.client.status().lagMs);
    this.gauge('kanade_fold_rebuilding', '1 while the read model is behind the record', () => Number(!this.fold.caughtUp()));
    this.gauge('kanade_rebuild_events_done', 'Events folded into the read model that is built beside the one that answers, 0 without one', () => this.client.status().rebuild?.eventsDone ?? 0);
    this.gauge('kanade_rebuild_events_total', 'Events it has to fold so far, 0 without one', () => this.client.status().rebuild?.eventsTotal ?? 0);
    this.gauge('kanade_fold_poison_events', 'Events that could not be folded', () => this.client.status().poisonCount);
    this.gauge('kanade_verifier_lag_events', 'Events whose signature has not been checked', () => verifier.status().lagEvents);
    this.gauge('kanade_verifier_invalid_events', 'Events nobody vouches for', () => verifier.status().invalidCount);
    this.gauge('kanade_checkpoint_events', 'Events that the newest checkpoint covers', () => this.checkpoints.latest()?.size ?? 0);
    this.gauge('kanade_checkpoint_conflict', '1 while the record is not what was signed', () => Number(this.checkpoints.conflict !== undefined));
    this.checkpointAge();
    this.gauge('kanade_archive_lag_events', 'Events that are in the broker and not in the archive; 0 in replicas that do not archive', () => archiver.status()?.lagEvents ?? 0);
    this.gauge('kanade_archive_bytes', 'Bytes the archive takes', () => archiver.status()?.bytes ?? 0);
    this.gauge('kanade_archive_failed', '1 while nothing can be archived', () => Number((archiver.status()?.failure ?? null) !== null));
    this.gauge('kanade_archive_damaged_ranges', 'Ranges of positions that are damaged in the broker or in the archive, or that the archive lacks', () => damagedRanges(archiver.status()));
    this.gauge('kanade_leader', '1 in the replica that runs the process managers', () => Number(leader.leading));
    this.counter('kanade_dispatched_commands_total', 'Run commands put into queues by this process', () => dispatches.count);
    this.endpoints();
    this.auditFeeds();
    this.held();
    this.gauge('kanade_read_model_bytes', 'Size of the read model that answers, with its log', () => sizeOf(this.client.status().file.path));
    this.gauge('kanade_verifier_bytes', 'Size of what the verifier keeps', () => sizeOf(verifierFile(config.readModelDir)));
    this.volume();
    this.streams();
  }

  observe(method: string, route: string, status: number, seconds: number): void {
    this.durations.observe({ method, route, status: String(status) }, seconds);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  private gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [this.registry], collect: () => gauge.set(read()) });
  }

  private counter(name: string, help: string, read: () => number): void {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [this.registry],
      collect: () => {
        counter.reset();
        counter.inc(read());
      },
    });
  }

  private volume(): void {
    const gauge: Gauge = new Gauge({
      name: 'kanade_volume_bytes',
      help: 'Room on the volume of the data directory',
      labelNames: ['room'],
      registers: [this.registry],
      collect: async () => {
        const volume = await this.disk.volume().catch(() => undefined);
        if (volume === undefined) return;
        gauge.set({ room: 'free' }, volume.freeBytes);
        gauge.set({ room: 'total' }, volume.totalBytes);
      },
    });
  }

  private streams(): void {
    const gauge: Gauge = new Gauge({
      name: 'kanade_stream_bytes',
      help: 'What each stream of the broker holds, and may hold',
      labelNames: ['stream', 'room'],
      registers: [this.registry],
      collect: async () => {
        if (this.broker.failure() !== undefined) return;
        for (const { name, bytes, maxBytes } of await this.broker.usage().catch(() => [])) {
          gauge.set({ stream: name, room: 'used' }, bytes);
          gauge.set({ stream: name, room: 'limit' }, maxBytes);
        }
      },
    });
  }

  private auditFeeds(): void {
    const gauge: Gauge = new Gauge({
      name: 'kanade_audit_feed_lag_entries',
      help: 'Entries of the audit that a receiver has not got yet',
      labelNames: ['feed'],
      registers: [this.registry],
      collect: async () => {
        if (this.client.position === undefined) return;
        // A scrape tells everything else also while the broker is away.
        for (const { name, behind } of await this.feeds.status().catch(() => [])) if (behind !== null) gauge.set({ feed: name }, behind);
      },
    });
  }

  /** Says nothing before there is one. */
  private checkpointAge(): void {
    const gauge: Gauge = new Gauge({
      name: 'kanade_checkpoint_age_seconds',
      help: 'How long ago the newest checkpoint was signed; it grows where nothing happens',
      registers: [this.registry],
      collect: () => {
        const latest = this.checkpoints.latest();
        if (latest !== undefined) gauge.set((this.clock.now() - Date.parse(latest.time)) / 1000);
      },
    });
  }

  private held(): void {
    const gauge: Gauge = new Gauge({
      name: 'kanade_endpoints_held',
      help: 'Endpoints whose events are not let through',
      registers: [this.registry],
      collect: async () => {
        if (this.client.position !== undefined) gauge.set(countEndpoints(await this.fold.reader()).held);
      },
    });
  }

  private endpoints(): void {
    const gauge: Gauge = new Gauge({
      name: 'kanade_endpoints',
      help: 'Endpoints by presence',
      labelNames: ['presence'],
      registers: [this.registry],
      collect: async () => {
        // Before the read model is open there is nothing to count.
        if (this.client.position === undefined) return;
        const { total, online } = countEndpoints(await this.fold.reader());
        gauge.set({ presence: 'online' }, online);
        gauge.set({ presence: 'other' }, total - online);
      },
    });
  }
}
