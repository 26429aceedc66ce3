import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { node, root } from './paths.mjs';
import { capture, withProgress } from './run.mjs';
import { SetupError, say } from './say.mjs';
import { isInstalled, markInstalled } from './stamp.mjs';

const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED|network/;

/** The npm that called us, else the one on PATH. */
const npm = () => {
  const caller = process.env.npm_execpath;
  return caller !== undefined && basename(caller) === 'npm-cli.js' && existsSync(caller)
    ? [process.execPath, [caller]]
    : ['npm', []];
};

const installFailure = ({ code, output }) => {
  const tail = output.trim().split('\n').slice(-12).join('\n');
  if (code === 127) {
    return new SetupError('npm could not be started.', ['Install Node 18 or newer with npm, then try again.', tail]);
  }
  if (/ENOSPC/.test(output)) {
    return new SetupError('The disk is full: the packages could not be installed.', ['Free about 1.5 GB, then try again.']);
  }
  if (offline.test(output)) {
    return new SetupError('The npm registry could not be reached, and the packages are not installed yet.', [
      'The first start needs the network once (or a registry mirror: npm config set registry …).',
      'What npm said last:',
      tail,
    ]);
  }
  return new SetupError(`The packages could not be installed (npm ci ended with ${code}).`, ['What npm said last:', tail]);
};

/**
 * npm asks for every package by itself and retries each, so that without a network it takes minutes to give up: one
 * request tells sooner. A registry that does not know this request is still one that answered.
 */
const registryAnswers = async (command, args) => {
  const { code, output } = await capture(command, [...args, 'ping', '--fetch-retries=0', '--fetch-timeout=15000'], { cwd: root });
  return code === 0 || !offline.test(output);
};

/** Installs exactly what the lock file says, unless that has been done already. */
export const installPackages = async () => {
  if (isInstalled()) return;
  say('kanade: installing packages (about a minute, once) …');
  const [command, args] = npm();
  // Without a network what npm has cached may still be enough.
  const network = (await registryAnswers(command, args)) ? [] : ['--offline'];
  const result = await withProgress(
    // A surrounding `npm start` hands its own settings down; NODE_ENV=production would leave out the build tools.
    capture(command, [...args, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error', ...network], {
      cwd: root,
      env: { ...process.env, NODE_ENV: '' },
    }),
    (seconds) => say(`kanade: still installing packages (${seconds} s) …`),
  );
  if (result.code !== 0) throw installFailure(result);
  const version = await capture(node, ['--version']);
  if (!/^v24\./.test(version.output)) {
    throw new SetupError('Node 24 did not get installed with the packages.', [
      `Expected it at ${join('node_modules', 'node', 'bin')}; it says: ${version.output.trim()}`,
      'If npm is set to ignore install scripts, run: npm rebuild node',
    ]);
  }
  markInstalled();
};
