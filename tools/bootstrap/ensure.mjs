import { findNatsServer } from './nats-server.mjs';
import { installPackages } from './packages.mjs';
import { childEnv, node, root } from './paths.mjs';
import { foreground } from './run.mjs';
import { SetupError } from './say.mjs';

const oldestNode = 18;

/** Makes the workspace runnable and returns the environment everything else runs in. */
export const ensureWorkspace = async () => {
  if (Number(process.versions.node.split('.')[0]) < oldestNode) {
    throw new SetupError(`This is Node ${process.versions.node}; ${oldestNode} or newer is needed to install kanade.`, [
      'kanade then brings the Node it runs on itself.',
    ]);
  }
  await installPackages();
  return childEnv({ KANADE_NATS_SERVER: await findNatsServer() });
};

/** Runs a TypeScript program of the workspace from its source, under our Node, in the foreground. */
export const runSource = (script, args, env) =>
  foreground(node, ['--conditions=@kanade/source', '--disable-warning=ExperimentalWarning', script, ...args], { cwd: root, env });
