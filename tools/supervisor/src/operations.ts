import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findNatsServer } from '@kanade/messaging';
import { asStartupError } from './data-dir.ts';
import { backup } from './operations/backup.ts';
import { restore, type RestoreOptions } from './operations/restore.ts';
import { dataPaths, root } from './paths.ts';
import { say } from './say.ts';
import { kanadeVersion } from './settings.ts';
import { messageOf, StartupError } from './startup-error.ts';

interface Request extends RestoreOptions {
  readonly verb: 'backup' | 'restore';
  readonly json: boolean;
}

/** What `kanade backup` and `kanade restore` run: work on an installation's files and broker, on the machine they are on. */
function readRequest(args: readonly string[]): Request | undefined {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: { 'data-dir': { type: 'string' }, 'agents-of': { type: 'string' }, json: { type: 'boolean' } }, allowPositionals: true });
    const [verb, dir, ...rest] = positionals;
    if ((verb !== 'backup' && verb !== 'restore') || dir === undefined || rest.length > 0) return undefined;
    const dataDir = resolve(values['data-dir'] ?? process.env['KANADE_DATA_DIR'] ?? join(root, '.kanade'));
    const agentsOf = values['agents-of'];
    if (agentsOf !== undefined && verb !== 'restore') return undefined;
    return { verb, ...(agentsOf === undefined ? {} : { agentsOf: resolve(agentsOf) }), json: values.json === true, dir: resolve(dir), dataDir, version: kanadeVersion(), say, natsServer: findNatsServer };
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
  const { agents } = summary;
  say(`restored ${request.dir} into ${request.dataDir}: incarnation ${summary.incarnation}, ${summary.endpoints} endpoints. Start it with KANADE_DATA_DIR=${request.dataDir} npm start`);
  say(
    agents > 0
      ? `${agents} agents moved there from ${request.agentsOf ?? ''}; they go on as the endpoints they were`
      : `the agents of the old data directory are not in a backup: move its agents/ and simulated/ into ${request.dataDir} before the start, or this machine is enrolled as a new endpoint`,
  );
  if (request.json) console.log(JSON.stringify({ dir: request.dir, dataDir: request.dataDir, ...summary }, null, 2));
}

/** As the other commands do it: words on stderr, and with --json one document on stdout. */
function fail(code: 'failed' | 'usage', message: string, advice: readonly string[]): void {
  if (process.argv.includes('--json')) {
    const suggestion = advice.join('\n').trim();
    console.log(JSON.stringify({ error: { code, message, ...(suggestion === '' ? {} : { suggestion }) } }, null, 2));
  }
  process.stderr.write(`kanade: ${message}\n${advice.map((line) => `  ${line}\n`).join('')}`);
}

const request = readRequest(process.argv.slice(2));
if (request === undefined) {
  fail('usage', 'Usage: kanade backup DIR [--data-dir D] [--json]', ['     kanade restore DIR [--data-dir D] [--agents-of OLD_DATA_DIR] [--json]']);
  process.exitCode = 2;
} else {
  try {
    await perform(request);
  } catch (error) {
    const failure = asStartupError(error, dataPaths(request.dataDir));
    fail('failed', messageOf(failure), failure instanceof StartupError ? failure.advice : []);
    process.exitCode = 1;
  }
}
