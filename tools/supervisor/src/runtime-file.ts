import { rmSync } from 'node:fs';
import { writePrivateFile } from '@kanade/messaging';
import type { DataPaths } from './paths.ts';

/** An agent that this start runs, real or simulated. */
export interface RuntimeAgent {
  readonly pid: number;
  readonly endpointId: string;
  readonly dataDir: string;
  /** Path of its broker credential. */
  readonly natsCreds: string;
}

/** What runs, for programs beside it; while a child is down its process id is the one it had. */
export interface Runtime {
  readonly httpUrl: string;
  readonly natsUrl: string;
  /** Path of a credential that may do everything in the CORE account. */
  readonly natsAdminCreds: string;
  /** Path of the CA (PEM) that vouches for both addresses; absent without TLS, or where a public one does. */
  readonly tlsCa?: string;
  readonly pids: { readonly broker: number; readonly backend: number; readonly agents: readonly number[] };
  /** Real agents first. */
  readonly agents: readonly RuntimeAgent[];
  readonly version: string;
}

/** Writes runtime.json, 0600, whole or not at all. */
export function writeRuntime(paths: DataPaths, runtime: Runtime): void {
  writePrivateFile(paths.runtime, `${JSON.stringify(runtime, null, 2)}\n`);
}

/** Nothing runs any more. */
export function removeRuntime(paths: DataPaths): void {
  rmSync(paths.runtime, { force: true });
}
