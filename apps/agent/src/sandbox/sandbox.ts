import type { Readable } from 'node:stream';
import type { OperatingSystem, Shell } from '@kanade/messages';

/** Set for every script and for what guards it; how an agent finds what another agent's death left behind. */
export const runIdVariable = 'KANADE_RUN_ID';

/** What is to be started; nothing of it but `arguments` becomes visible in a process list. */
export interface LaunchRequest {
  readonly runId: string;
  /** The run's staging folder; removed with the tree should the agent die first. */
  readonly stagingFolder: string;
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** How the main process ended, or why it never began. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly kind: 'not-started'; readonly code: string; readonly message: string }
  /** What guarded the tree died before the tree did; how the script ended is not known. */
  | { readonly kind: 'guard-lost'; readonly message: string }
  /** It was killed and is still there: it hangs in the kernel. */
  | { readonly kind: 'unkillable' };

/** A running script with everything it started. */
export interface ProcessTree {
  /** Never settles when the process never began. */
  readonly started: Promise<undefined>;
  readonly ended: Promise<ProcessEnd>;
  /** Nothing of the tree is left, or what is left cannot be killed (hangs in the kernel): the number of those. */
  readonly cleared: Promise<number>;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Asks every process of the tree to end. */
  terminate(): void;
  /** Ends every process of the tree. */
  kill(): void;
  /** Lets go of what guards the tree, and of its streams; whatever still lives is ended. */
  release(): void;
}

/** How scripts are started and held on this platform. */
export interface Sandbox {
  /** Absolute path of a shell's executable, looked up anew each time since shells can be installed meanwhile. */
  findShell(shell: Shell): string | undefined;
  /** What every script's environment starts from; nothing of the agent's own. */
  baseEnvironment(): Record<string, string>;
  launch(request: LaunchRequest): ProcessTree;
  /** Ends what is left of these runs of an agent that died. */
  sweep(runIds: readonly string[]): Promise<void>;
}

/** A platform that cannot run scripts says so instead. */
export type SandboxSupport = { readonly sandbox: Sandbox } | { readonly unsupported: string; readonly family: OperatingSystem['family'] };
