import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findNatsServer } from '@kanade/messaging';
import { asStartupError } from './data-dir.ts';
import { backup, type OperationOptions } from './operations/backup.ts';
import { restore } from './operations/restore.ts';
import { dataPaths, root } from './paths.ts';
import { say } from './say.ts';
import { kanadeVersion } from './settings.ts';
import { messageOf, StartupError } from './startup-error.ts';

interface Request extends OperationOptions {
  readonly verb: 'backup' | 'restore';
  readonly json: boolean;
}

/** What `kanade backup` and `kanade restore` run: work on an installation's files and broker, on the machine they are on. */
function readRequest(args: readonly string[]): Request | undefined {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: { 'data-dir': { type: 'string' }, json: { type: 'boolean' } }, allowPositionals: true });
    const [verb, dir, ...rest] = positionals;
    if ((verb !== 'backup' && verb !== 'restore') || dir === undefined || rest.length > 0) return undefined;
    const dataDir = resolve(values['data-dir'] ?? process.env['KANADE_DATA_DIR'] ?? join(root, '.kanade'));
    return { verb, json: values.json === true, dir: resolve(dir), dataDir, version: kanadeVersion(), say, natsServer: findNatsServer };
  } catch (error) {
    say(messageOf(error));
    return undefined;
  }
}

async function perform(request: Request): Promise<void> {
  if (request.verb === 'backup') {
    const manifest = await backup(request);
    say(`backup of ${request.dataDir} written to ${request.dir}. It holds keys: keep it as safe as the installation itself`);
    if (request.json) console.log(JSON.stringify({ dir: request.dir, ...manifest }, null, 2));
    return;
  }
  const summary = await restore(request);
  say(`restored ${request.dir} into ${request.dataDir}: incarnation ${summary.incarnation}, ${summary.endpoints} endpoints. Start it with KANADE_DATA_DIR=${request.dataDir} npm start`);
  if (request.json) console.log(JSON.stringify({ dir: request.dir, dataDir: request.dataDir, ...summary }, null, 2));
}

const request = readRequest(process.argv.slice(2));
if (request === undefined) {
  process.stderr.write('Usage: kanade backup DIR [--data-dir D] [--json]\n       kanade restore DIR [--data-dir D] [--json]\n');
  process.exitCode = 2;
} else {
  try {
    await perform(request);
  } catch (error) {
    const failure = asStartupError(error, dataPaths(request.dataDir));
    process.stderr.write(`kanade: ${messageOf(failure)}\n`);
    if (failure instanceof StartupError) for (const line of failure.advice) process.stderr.write(`  ${line}\n`);
    process.exitCode = 1;
  }
}
