import 'reflect-metadata';
import { ConfigError, readConfig } from './config/config.ts';
import { createServer } from './http/create-server.ts';
import { createLog } from './log.ts';
import type { Log } from './log.ts';
import { Lifecycle } from './system/lifecycle.ts';

/** A stop that takes longer than this is ended the hard way. */
const stopMs = 15_000;

function fail(log: Log, error: unknown, message: string): never {
  log.fatal({ err: error }, error instanceof Error ? `${message}: ${error.message}` : message);
  process.exit(1);
}

async function run(log: Log): Promise<void> {
  const config = readConfig(process.env);
  log.pino.level = config.logLevel;
  const app = await createServer({ config, log });
  const lifecycle = app.get(Lifecycle);
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => fail(log, undefined, 'the stop took too long'), stopMs).unref();
    await lifecycle.stop();
    await app.close();
    await lifecycle.disconnect();
    log.info({}, 'stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void stop(signal).catch((error: unknown) => fail(log, error, 'the stop failed')));
  }
  await app.listen(config.httpPort, config.httpHost);
  log.info({ url: await app.getUrl() }, 'listening');
  await lifecycle.start();
}

const log = createLog('info');
process.on('unhandledRejection', (error) => fail(log, error, 'a failure was not handled'));
try {
  await run(log);
} catch (error) {
  if (error instanceof ConfigError) {
    log.fatal({}, `the configuration is not complete:\n${error.message}`);
    process.exit(1);
  }
  fail(log, error, 'the backend cannot start');
}
