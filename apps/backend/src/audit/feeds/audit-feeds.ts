import { Injectable } from '@nestjs/common';
import { CheckpointKeeper } from '../../checkpoints/checkpoint-keeper.ts';
import { Clock } from '../../clock.ts';
import { Config } from '../../config/config.ts';
import { FoldAccess } from '../../history/fold-access.ts';
import type { ProcessManager } from '../../leader/process-manager.ts';
import { Log } from '../../log.ts';
import { AuditFeed } from './audit-feed.ts';
import type { FeedStatus } from './audit-feed.ts';
import type { AuditSink } from './audit-sink.ts';
import { FeedPlaces } from './feed-places.ts';
import { SyslogStreamSink } from './syslog-stream-sink.ts';
import { SyslogUdpSink } from './syslog-udp-sink.ts';
import { WebhookSink } from './webhook-sink.ts';

function sinksOf({ auditFeeds: { webhook, syslog, caFile } }: Config, clock: Clock): AuditSink[] {
  return [
    ...(webhook === undefined ? [] : [new WebhookSink({ ...webhook, caFile, clock })]),
    ...(syslog === undefined ? [] : [syslog.protocol === 'udp' ? new SyslogUdpSink(syslog) : new SyslogStreamSink(syslog, caFile)]),
  ];
}

/** Sends the audit to whoever the configuration names. */
@Injectable()
export class AuditFeeds implements ProcessManager {
  readonly name = 'audit feeds';
  private readonly feeds: readonly AuditFeed[];

  constructor(
    config: Config,
    clock: Clock,
    places: FeedPlaces,
    log: Log,
    private readonly fold: FoldAccess,
    private readonly checkpoints: CheckpointKeeper,
  ) {
    this.feeds = sinksOf(config, clock).map((sink) => new AuditFeed({ sink, fold, places, log, checkpoint: () => checkpoints.latest() }));
  }

  async run(signal: AbortSignal): Promise<void> {
    const stop = this.fold.onNotice(({ changes }) => {
      if (changes.some(({ kind }) => kind === 'event')) for (const feed of this.feeds) feed.wake();
    });
    const signed = this.checkpoints.signed.subscribe(() => {
      for (const feed of this.feeds) feed.wake();
    });
    try {
      await Promise.all(this.feeds.map((feed) => feed.run(signal)));
      // With nobody to feed it is still at work: a manager that ends early would look like one that failed.
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    } finally {
      signed.unsubscribe();
      stop();
    }
  }

  /** How each feed is; the failures are those of this replica. */
  async status(): Promise<FeedStatus[]> {
    const reader = await this.fold.reader();
    return Promise.all(this.feeds.map((feed) => feed.status(reader)));
  }
}
