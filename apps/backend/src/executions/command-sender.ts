import { Injectable } from '@nestjs/common';
import { subjects } from '@kanade/contracts';
import type { CancelCommand, ExecuteShape, RunCommand } from '@kanade/contracts';
import { signMessage } from '@kanade/messaging';
import type { CommandToPublish } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { newId } from '../history/uuid.ts';
import { SecretDelivery } from '../secrets/secret-delivery.ts';
import type { OpenedUse, SecretTarget } from '../secrets/secret-delivery.ts';

/** Commands are kept a little longer than they count, so that an agent can say that it got one too late. */
const ttlGraceMs = 60_000;
const longestTtlSeconds = 35 * 86_400;
/** A cancel counts as long as a run can possibly last. */
const cancelMs = 30 * 86_400_000;

/** What the run commands of one execution have in common. */
export interface RunOrder {
  readonly executionId: string;
  readonly execute: ExecuteShape;
  readonly content: RunCommand['content'];
  readonly expiresAt: string;
  readonly supersedeKey: string | null;
  readonly secrets: readonly OpenedUse[];
}

export interface RunTarget {
  readonly runId: string;
  readonly endpointId: string;
}

/** Puts signed commands into the endpoints' queues. */
@Injectable()
export class CommandSender {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly delivery: SecretDelivery,
  ) {}

  /** Queues one run command per target, in order, and returns their places in the queue. */
  sendRuns(order: RunOrder, targets: readonly SecretTarget[]): Promise<number[]> {
    const { incarnation } = this.broker.get().events;
    const now = this.clock.now();
    const contentLength = order.secrets.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(order.content));
    return this.broker.get().commands.publish(
      targets.map((target) => {
        const { runId, endpointId } = target;
        const command: RunCommand = {
          type: 'kanade.command.run.v1',
          // A new id each time: the agent knows the run, and takes the same id twice for a replay.
          id: newId(now),
          recipient: endpointId,
          issuedAt: new Date(now).toISOString(),
          expiresAt: order.expiresAt,
          runId,
          executionId: order.executionId,
          attempt: 1,
          execute: order.execute,
          content: order.content,
          supersedeKey: order.supersedeKey,
          ...(order.secrets.length === 0 ? {} : { secrets: this.delivery.sealFor(target, order.secrets, contentLength) }),
        };
        return this.sign(endpointId, command, `run-${incarnation}-${runId}`, Date.parse(order.expiresAt) - now + ttlGraceMs);
      }),
    );
  }

  async sendCancels(executionId: string, targets: readonly RunTarget[]): Promise<void> {
    const { incarnation } = this.broker.get().events;
    const now = this.clock.now();
    await this.broker.get().commands.publish(
      targets.map(({ runId, endpointId }) => {
        const command: CancelCommand = {
          type: 'kanade.command.cancel.v1',
          id: newId(now),
          recipient: endpointId,
          issuedAt: new Date(now).toISOString(),
          expiresAt: new Date(now + cancelMs).toISOString(),
          executionId,
          runId,
        };
        return this.sign(endpointId, command, `cancel-${incarnation}-${runId}`, cancelMs);
      }),
    );
  }

  private sign(endpointId: string, command: RunCommand | CancelCommand, messageId: string, ttlMs: number): CommandToPublish {
    const body = Buffer.from(JSON.stringify(command));
    const ttlSeconds = Math.min(longestTtlSeconds, Math.max(1, Math.ceil(ttlMs / 1000)));
    const headers = signMessage(this.broker.get().keys.command, 'command', subjects.commands(endpointId), body);
    return { endpointId, body, headers, ttlSeconds, messageId };
  }
}
