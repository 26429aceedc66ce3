import { streams } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Stoppable } from '../core/types.ts';
import { openPull } from '../wire/pull.ts';
import type { Pull, PulledMessage } from '../wire/pull.ts';
import type { CommandHandlers } from './types.ts';

const retryMs = 1000;

/** Hands over what one pull brings, one by one, until it is broken. */
async function drain(nc: NatsConnection, pull: Pull, handlers: CommandHandlers): Promise<void> {
  let announced = false;
  while (pull.broken === undefined) {
    for (const message of await pull.take(1000)) {
      announced = false;
      await handle(nc, message, handlers);
    }
    if (pull.drained && !announced && pull.broken === undefined) {
      announced = true;
      handlers.onDrained?.();
    }
  }
}

async function handle(nc: NatsConnection, message: PulledMessage, handlers: CommandHandlers): Promise<void> {
  const { sequence, subject, recordedAt, headers, body, pending, ackSubject } = message;
  const ack = () => {
    // A lost acknowledgement is a second delivery, and the ledger knows the command by then.
    if (!nc.isClosed()) nc.publish(ackSubject, '+ACK');
  };
  try {
    await handlers.onCommand({ sequence, subject, recordedAt, headers, body, pending, ack });
  } catch (error) {
    handlers.onFailure?.(error);
  }
}

/** Consumes the endpoint's commands on one connection until stopped; `restart` makes the pull anew, which every reconnect needs. */
export function consumeCommands(nc: NatsConnection, endpointId: string, handlers: CommandHandlers): Stoppable & { restart(): void } {
  let stopped = false;
  let pull: Pull | undefined;
  let wake: (() => void) | undefined;
  const run = async (): Promise<void> => {
    while (!stopped) {
      pull = openPull(nc, { stream: streams.commands, consumer: endpointId, batch: 100, expiresMs: 25_000, heartbeatMs: 5000 });
      await drain(nc, pull, handlers);
      if (stopped || pull.broken === 'reconnected') continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, retryMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  void run();
  return {
    restart: () => {
      pull?.stop('reconnected');
      wake?.();
    },
    stop: () => {
      stopped = true;
      pull?.stop();
      wake?.();
    },
  };
}
