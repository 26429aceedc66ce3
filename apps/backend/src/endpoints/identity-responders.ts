import { Injectable } from '@nestjs/common';
import type { EnrolAnswer, RenewAnswer } from '@kanade/contracts';
import { respondEnrol, respondRenew } from '@kanade/messaging';
import type { RequestIdentity, Stoppable } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';
import { Log } from '../log.ts';
import { Seldom } from '../seldom.ts';
import { EnrolEndpoint } from './enrol-endpoint.ts';
import { refusal } from './identity-refusal.ts';
import { RenewEndpoint } from './renew-endpoint.ts';

/** Answers endpoints that enrol or renew; replicas share the work. */
@Injectable()
export class IdentityResponders {
  private responders: Stoppable[] = [];
  private readonly told = new Seldom();

  constructor(
    private readonly broker: Broker,
    private readonly enrol: EnrolEndpoint,
    private readonly renew: RenewEndpoint,
    private readonly log: Log,
  ) {}

  start(): void {
    const { core } = this.broker.get();
    this.responders = [
      respondEnrol(core, (call) => this.reply(this.enrol.answer(call), call.identity, { tokenId: call.tokenId, host: call.identity.host })),
      respondRenew(core, (call) => this.reply(this.renew.answer(call), call.identity, { endpointId: call.endpointId })),
    ];
  }

  stop(): void {
    for (const responder of this.responders) responder.stop();
    this.responders = [];
  }

  private async reply(answer: Promise<EnrolAnswer | RenewAnswer>, { name, userNkey }: RequestIdentity, who: object): Promise<Uint8Array> {
    // An asker can ask again and again, and so as to fill the log.
    const mayTell = (reason: string) => this.told.may(`${name} ${userNkey} ${reason}`);
    const given = await answer.catch((error: unknown) => {
      if (mayTell('failure')) this.log.error({ ...who, err: error }, 'an endpoint could not be answered');
      return refusal('unavailable', 'the backend could not answer; try again');
    });
    if ('error' in given && mayTell(given.error.code)) this.log.warn({ ...who, refusal: given.error }, 'an endpoint was refused');
    return Buffer.from(JSON.stringify(given));
  }
}
