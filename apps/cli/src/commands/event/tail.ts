import { ApiError, listEvents } from '@kanade/api-client';
import type { EventView } from '@kanade/api-client';
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
    // The position of the answer, not of its event: a filter may have let nothing through yet.
    let after: string | undefined = newest.position;
    const printNew = async () => {
      for (let more = true; more; ) {
        const { items, nextCursor, position } = await eventsAfter(filter, after);
        for (const event of items) this.log(flags.json ? JSON.stringify(event) : eventLine(event));
        more = nextCursor !== null;
        after = more ? (items.at(-1)?.position ?? position) : position;
      }
    };
    const printAcrossRestores = () =>
      printNew().catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.code !== 'position-unknown') throw error;
        this.tell('The history was restored from a backup; going on from its beginning.');
        after = undefined;
        return printNew();
      });
    await this.#untilInterrupted(profile, printAcrossRestores);
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

const eventLine = ({ position, recordedAt, type, source }: EventView): string => `${position}  ${formatTime(recordedAt)}  ${type}  ${source}`;

function eventsAfter(filter: Filter, position: string | undefined) {
  return listEvents({ ...filter, limit: 500, order: 'asc', ...(position === undefined ? {} : { after: position }) });
}
