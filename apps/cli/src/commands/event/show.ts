import { Args } from '@oclif/core';
import { getEvent } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';

export class EventShow extends BaseCommand {
  static override readonly summary = 'Show one event as the stream keeps it: headers, exact body, verdict on its signature.';
  static override readonly args = { position: Args.string({ required: true, description: 'its position, such as 1a2b3c4d:42' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(EventShow);
    this.connect(flags);
    const event = await getEvent(args.position);
    this.print(flags, event, () => {
      const headers = Object.entries(event.headers).map(([name, value]) => `${name}: ${value}`);
      const poison = event.poisonReason === null ? [] : [`poison: ${event.poisonReason}`];
      return [`${event.position}  ${event.subject}`, `recorded ${event.recordedAt}, signature ${event.signature}`, ...poison, ...headers, '', event.erased ? 'The data of its endpoint was erased; what it says is not shown.' : pretty(event.body)].join('\n');
    });
  }
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    // A poisoned event need not be JSON; its text is then what there is to see.
    return body;
  }
}
