import { join, resolve } from 'node:path';

/** The workspace's root. */
export const root = resolve(import.meta.dirname, '../../..');

/** Where everything of one installation lies, below its data directory. */
export interface DataPaths {
  readonly dataDir: string;
  readonly lock: string;
  readonly lockHolder: string;
  readonly version: string;
  readonly runtime: string;
  readonly children: string;
  readonly ports: string;
  readonly hold: string;
  readonly logs: string;
  readonly keys: string;
  readonly broker: string;
  readonly backend: string;
  readonly archive: string;
  /** There while the record is being made anew. */
  readonly recovery: string;
  readonly agents: string;
  readonly simulated: string;
  readonly adminPassword: string;
  readonly profile: string;
  readonly adminCreds: string;
}

/** Names the places of a data directory; nothing is created. */
export function dataPaths(dataDir: string): DataPaths {
  const at = (...parts: string[]) => join(dataDir, ...parts);
  return {
    dataDir,
    lock: at('lock'),
    lockHolder: at('lock-holder.json'),
    version: at('version.json'),
    runtime: at('runtime.json'),
    children: at('children.json'),
    ports: at('ports.json'),
    hold: at('hold'),
    logs: at('logs'),
    keys: at('keys'),
    broker: at('broker'),
    backend: at('backend'),
    archive: at('archive'),
    recovery: at('recover.json'),
    agents: at('agents'),
    simulated: at('simulated'),
    adminPassword: at('admin-password'),
    profile: at('profiles', 'local.json'),
    adminCreds: at('creds', 'admin.creds'),
  };
}
