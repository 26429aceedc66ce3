import { streams } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Stoppable } from '../core/types.ts';
import { openPull } from '../wire/pull.ts';
import type { Pull, PulledMessage } from '../wire/pull.ts';
import type { ConnectionWatch } from '../wire/status.ts';
import type { CommandHandlers } from './types.ts';

const retryMs = 1000;
const reconnected = 'reconnected';

/** Hands over what one pull brings, one by one, until it is broken. */
async function drain(nc: NatsConnection, pull: Pull, handlers: CommandHandlers): Promise<void> {
  let announced = false;
  for (;;) {
    for (const message of await pull.take(1000)) {
      announced = false;
      await handle(nc, message, handlers);
    }
    if (pull.broken !== undefined) return;
    if (pull.drained && !announced) {
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

/**
 * Consumes the endpoint's commands on one connection until stopped. Every reconnect makes the pull anew: the broker keeps the old request,
 * but its answers no longer find their way, and a command lost so waits for the acknowledgement time-out. For the same reason a pull is
 * never given up without need.
 */
export function consumeCommands(nc: NatsConnection, watch: ConnectionWatch, endpointId: string, handlers: CommandHandlers): Stoppable {
  let stopped = false;
  let pull: Pull | undefined;
  let wake: (() => void) | undefined;
  const run = async (): Promise<void> => {
    while (!stopped) {
      if (!watch.connected()) {
        await pause(retryMs);
        continue;
      }
      pull = openPull(nc, { stream: streams.commands, consumer: endpointId, batch: 100, expiresMs: 25_000, heartbeatMs: 5000 });
      await drain(nc, pull, handlers);
      if (pull.broken !== reconnected) await pause(retryMs);
    }
  };
  const pause = (ms: number): Promise<void> => {
    if (stopped) return Promise.resolve();
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };
  const forget = watch.onReconnect(() => {
    pull?.stop(reconnected);
    wake?.();
  });
  void run();
  return {
    stop: () => {
      stopped = true;
      forget();
      pull?.stop();
      wake?.();
    },
  };
}
