import { listEvents } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { eventFilterFlags, filterOf } from '../../event-filter.ts';
import { Failure } from '../../failure.ts';
import { exitCodes } from '../../exit-codes.ts';
import { LiveConnection } from '../../live/live-connection.ts';
import { formatTime } from '../../render/units.ts';

export class EventTail extends BaseCommand {
  static override readonly summary = 'Print events as they are recorded, until Ctrl-C; with --json one document a line.';
  static override readonly flags = eventFilterFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(EventTail);
    const profile = this.connect(flags);
    const filter = await filterOf(flags);
    const newest = await listEvents({ ...filter, limit: 1, order: 'desc' });
    let after = newest.items[0]?.position;
    const printNew = async () => {
      for (const event of await eventsAfter(filter, after)) {
        after = event.position;
        this.log(flags.json ? JSON.stringify(event) : `${event.position}  ${formatTime(event.recordedAt)}  ${event.type}  ${event.source}`);
      }
    };
    await this.#untilInterrupted(profile, printNew);
  }

  #untilInterrupted(profile: { url: string; token: string }, printNew: () => Promise<void>): Promise<void> {
    const ended = Promise.withResolvers<undefined>();
    let turn = Promise.resolve();
    // One look at a time; a look that fails because the backend is away is repeated when it is back.
    const look = () => (turn = turn.then(printNew, printNew));
    const live = new LiveConnection({
      ...profile,
      listener: {
        subscribed: () => void look(),
        message: (message) => void (message.type === 'changed' && look()),
        away: () => this.tell('The backend is out of reach; waiting for it …'),
        refused: (status) => ended.reject(new Failure(`The backend refused the live connection (${status}).`, { exitCode: exitCodes.notSignedIn })),
      },
    });
    live.subscribe({ kind: 'changes' });
    process.once('SIGINT', () => ended.resolve(undefined));
    return ended.promise.finally(() => live.close());
  }
}

type Filter = Awaited<ReturnType<typeof filterOf>>;

async function eventsAfter(filter: Filter, position: string | undefined) {
  const { items } = await listEvents({ ...filter, limit: 500, order: 'asc', ...(position === undefined ? {} : { after: position }) });
  return items;
}
