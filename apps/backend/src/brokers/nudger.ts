import { Injectable } from '@nestjs/common';
import { subjects } from '@kanade/contracts';
import type { AskRequest } from '@kanade/contracts';
import { ask, signMessage } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { newId } from '../history/uuid.ts';

const timeoutMs = 2000;
const atOnce = 100;

/** Tells endpoints that there is something new for them; whoever does not hear it finds out with its next connection, or within hours. */
@Injectable()
export class Nudger {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
  ) {}

  async nudge(endpointIds: readonly string[], signal: AbortSignal): Promise<void> {
    for (let start = 0; start < endpointIds.length && !signal.aborted; start += atOnce) {
      await Promise.all(endpointIds.slice(start, start + atOnce).map((endpointId) => this.tell(endpointId)));
    }
  }

  private async tell(endpointId: string): Promise<void> {
    const { core, keys } = this.broker.get();
    const now = this.clock.now();
    const request: AskRequest = { id: newId(now), recipient: endpointId, expiresAt: new Date(now + 5 * timeoutMs).toISOString(), question: { kind: 'news' } };
    const body = Buffer.from(JSON.stringify(request));
    const headers = signMessage(keys.command, 'ask', subjects.ask(endpointId, 'news'), body);
    await ask(core, { endpointId, question: 'news', body, headers, timeoutMs });
  }
}
