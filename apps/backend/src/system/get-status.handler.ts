import { streams as streamNames } from '@kanade/contracts';
import type { SystemStatus } from '@kanade/contracts';
import { build, verifierFile } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import { QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import { archiveCheck } from '../archive/archive-check.ts';
import { Archiver } from '../archive/archiver.ts';
import { AuditFeeds } from '../audit/feeds/audit-feeds.ts';
import { Broker } from '../broker/broker.ts';
import { CheckpointKeeper } from '../checkpoints/checkpoint-keeper.ts';
import { Clock } from '../clock.ts';
import { Config } from '../config/config.ts';
import { DomainError } from '../domain-error.ts';
import { countEndpoints } from '../endpoints/endpoint.reads.ts';
import { recordFullAt } from '../endpoints/gatekeeper.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { Leader } from '../leader/leader.ts';
import { Log } from '../log.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { VerifierClient } from '../projections/verifier-client.ts';
import { sizeOf } from '../read-model/growth.ts';
import { version } from '../version.ts';
import { Disk, isFull, isTight } from './disk.ts';
import type { Volume } from './disk.ts';
import { GetStatusQuery } from './get-status.query.ts';

const conflictReported = 'kanade.checkpoint.conflict-reported.v1';
const reportedForMs = 7 * 86_400_000;

/** Found by their type, of which there are hardly ever any. */
const conflictReportsSql = (since: number) =>
  build
    .selectFrom('events')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('typeKey', '=', build.selectFrom('eventTypes').select('key').where('name', '=', conflictReported))
    .where('recordedAt', '>', since);

type Check = SystemStatus['checks']['fold'];

/** How many messages the read model may be behind before somebody should look. */
const behind = 10_000;
const eventStream = streamNames.events;
const startedAt = new Date().toISOString();

const worst = (checks: readonly Check[]): Check['status'] =>
  checks.some(({ status }) => status === 'failed') ? 'failed' : checks.some(({ status }) => status === 'degraded') ? 'degraded' : 'ok';

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 1_048_576)} MiB`;

function diskCheck(volume: Volume | undefined): Check {
  if (volume === undefined) return { status: 'degraded', detail: 'How much room the volume of the data directory has is not known.' };
  const free = `${mebibytes(volume.freeBytes)} of ${mebibytes(volume.totalBytes)} are free`;
  if (isFull(volume)) return { status: 'failed', detail: `The volume of the data directory is full: nothing is recorded until there is room. Make some; everything goes on by itself.` };
  if (isTight(volume)) return { status: 'degraded', detail: `The volume of the data directory is nearly full: ${free}. Make room, or keep less (KANADE_KEEP_EXECUTIONS and its like).` };
  return { status: 'ok', detail: `${free}.` };
}

@QueryHandler(GetStatusQuery)
export class GetStatusHandler implements IQueryHandler<GetStatusQuery> {
  constructor(
    private readonly broker: Broker,
    private readonly fold: FoldAccess,
    private readonly client: FoldClient,
    private readonly verifier: VerifierClient,
    private readonly checkpoints: CheckpointKeeper,
    private readonly clock: Clock,
    private readonly leader: Leader,
    private readonly feeds: AuditFeeds,
    private readonly archiver: Archiver,
    private readonly log: Log,
    private readonly disk: Disk,
    private readonly config: Config,
  ) {}

  async execute(_query: GetStatusQuery): Promise<SystemStatus> {
    const fold = this.client.status();
    if (fold.position === null) throw new DomainError('read-behind', fold.detail, { retryable: true });
    const verifier = this.verifier.status();
    const streams = await this.streams();
    const volume = await this.volume();
    const checks: SystemStatus['checks'] = {
      broker: this.brokerCheck(streams),
      fold: this.foldCheck(),
      verifier: this.verifierCheck(await this.fold.reader()),
      lease: await this.leaseCheck(),
      archive: archiveCheck(this.archiver.status()),
      auditFeeds: await this.feedsCheck(),
      disk: diskCheck(volume),
    };
    return {
      status: worst(Object.values(checks)),
      version,
      startedAt,
      position: fold.position,
      checks,
      fold: { lagEvents: fold.lagEvents, lagMs: fold.lagMs, poisonCount: fold.poisonCount, rebuilding: fold.rebuilding, rebuild: fold.rebuild },
      verifier: { lagEvents: verifier.lagEvents, invalidCount: verifier.invalidCount, checkpoint: this.checkpoints.latest() ?? null },
      archive: this.archiver.status() ?? null,
      streams: streams.map(({ name, messages, bytes, maxBytes }) => ({ name, messages, bytes, maxBytes })),
      storage: {
        totalBytes: volume?.totalBytes ?? null, freeBytes: volume?.freeBytes ?? null, readModelBytes: sizeOf(fold.file.path), verifierBytes: sizeOf(verifierFile(this.config.readModelDir)),
      },
      endpoints: countEndpoints(await this.fold.reader()),
    };
  }

  private async streams() {
    if (this.broker.failure() !== undefined) return [];
    try {
      return await this.broker.usage();
    } catch (error) {
      this.log.warn({ err: error }, 'the broker did not tell how full its streams are');
      return [];
    }
  }

  private async volume(): Promise<Volume | undefined> {
    return this.disk.volume().catch((error: unknown) => {
      this.log.warn({ err: error }, 'the volume of the data directory did not tell how full it is');
      return undefined;
    });
  }

  private async leaseCheck(): Promise<Check> {
    const { trouble } = this.leader;
    if (trouble !== undefined) return { status: 'degraded', detail: `The process managers stop and are started again: ${trouble}.` };
    if (this.leader.leading) return { status: 'ok', detail: 'This replica runs the process managers.' };
    if (this.broker.failure() !== undefined) return { status: 'degraded', detail: 'Who runs the process managers is not known while the broker is away.' };
    const led = await this.leader.led().catch((error: unknown) => {
      this.log.warn({ err: error }, 'the broker did not tell who runs the process managers');
      return false;
    });
    if (led) return { status: 'ok', detail: 'Another replica runs the process managers.' };
    return { status: 'degraded', detail: 'No replica runs the process managers: nothing is dispatched, and no deadline kept.' };
  }

  private async feedsCheck(): Promise<Check> {
    const feeds = await this.feeds.status().catch((error: unknown) => {
      this.log.warn({ err: error }, 'how far the audit is fed is not known');
      return undefined;
    });
    if (feeds === undefined) return { status: 'degraded', detail: 'How far the audit is fed is not known while the broker is away.' };
    if (feeds.length === 0) return { status: 'ok', detail: 'The audit is sent nowhere: no receiver is configured.' };
    const lines = feeds.map(({ name, address, behind, failure }) => {
      const trouble = failure === undefined ? '' : `, away since ${failure.since}: ${failure.reason}`;
      return `${name} ${address}: ${behind ?? 'an unknown number of'} entries behind${trouble}.`;
    });
    return { status: feeds.some(({ failure }) => failure !== undefined) ? 'degraded' : 'ok', detail: lines.join(' ') };
  }

  private brokerCheck(streams: readonly { readonly name: string; readonly bytes: number; readonly maxBytes: number }[]): Check {
    const failure = this.broker.failure();
    if (failure !== undefined) return { status: 'failed', detail: `The message broker: ${failure}.` };
    const [altered] = this.broker.tampered;
    if (altered !== undefined) {
      return { status: 'degraded', detail: `Identity records in the broker were not written by kanade, and are not believed (${this.broker.tampered.size}): ${altered}. Somebody else writes to the broker.` };
    }
    const record = streams.find(({ name }) => name === eventStream);
    if (record !== undefined && record.maxBytes > 0 && record.bytes >= recordFullAt * record.maxBytes) {
      return { status: 'degraded', detail: `The record is ${Math.floor((100 * record.bytes) / record.maxBytes)} % full: no endpoint’s events are let through, they wait in the outboxes. Give the broker more room.` };
    }
    const full = streams.filter(({ bytes, maxBytes }) => maxBytes > 0 && bytes >= 0.9 * maxBytes).map(({ name }) => name);
    if (full.length > 0) return { status: 'degraded', detail: `Nearly full: ${full.join(', ')}. Give the broker more room.` };
    return { status: 'ok', detail: 'Connected.' };
  }

  private foldCheck(): Check {
    const { state, detail, rebuilding, lagEvents, poisonCount } = this.client.status();
    if (state === 'damaged') return { status: 'failed', detail };
    if (state !== 'running') return { status: 'degraded', detail };
    if (rebuilding || lagEvents > behind) return { status: 'degraded', detail: `${lagEvents} messages are still to be folded.` };
    if (poisonCount > 0) return { status: 'degraded', detail: `${poisonCount} events could not be folded; see them with: kanade read-model poison list` };
    return { status: 'ok', detail: 'Up to date.' };
  }

  private verifierCheck(reader: Reader): Check {
    const { state, detail, invalidCount, lagEvents } = this.verifier.status();
    const { conflict, failure } = this.checkpoints;
    if (conflict !== undefined) return { status: 'failed', detail: `The record is not what was signed: ${conflict}.` };
    if (state === 'down') return { status: 'degraded', detail };
    if (invalidCount > 0) return { status: 'degraded', detail: `${invalidCount} events are not vouched for by their endpoints, which are in quarantine.` };
    const reports = reader.get(conflictReportsSql(this.clock.now() - reportedForMs))?.count ?? 0;
    if (reports > 0) return { status: 'degraded', detail: `${reports} times in a week an endpoint was shown a record that does not continue what it keeps; see them with: kanade event list --type ${conflictReported}` };
    if (failure !== undefined) return { status: 'degraded', detail: `Checkpoints cannot be written to their file: ${failure}.` };
    if (lagEvents > behind) return { status: 'degraded', detail: `${lagEvents} events are still to be verified.` };
    return { status: 'ok', detail };
  }
}
