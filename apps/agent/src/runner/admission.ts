import type { FinalRunState } from '@kanade/contracts';
import type { RunReason } from '@kanade/messages';
import type { Sandbox, SandboxSupport } from '../sandbox/sandbox.ts';
import { secretFileName } from '../secrets/open-secrets.ts';
import { StagingError } from '../sandbox/staging.ts';
import type { StagedScript, Staging } from '../sandbox/staging.ts';
import type { Directories } from './directories.ts';
import { launchers } from './launchers.ts';
import { reason, reasons } from './reasons.ts';
import type { ScriptRun } from './runner.ts';

/** What a run comes to. */
export interface Verdict {
  readonly state: FinalRunState;
  readonly reason: RunReason | null;
  readonly exitCode?: number | null;
  readonly signal?: string | null;
}

/** A run that can be started, its script staged. */
export interface Admitted {
  readonly sandbox: Sandbox;
  readonly executable: string;
  readonly commandLine: readonly string[];
  readonly staged: StagedScript;
  readonly cwd: string;
}

export interface Premises {
  readonly scripts: SandboxSupport;
  readonly staging: Staging;
  readonly directories: Directories;
}

/** Stages the script, or says why this run does not start; a run that is refused leaves no file. */
export async function admit({ runId, execute, content, secrets = [] }: ScriptRun, { scripts, staging, directories }: Premises): Promise<Admitted | Verdict> {
  if ('unsupported' in scripts) return { state: 'skipped', reason: reasons.platform(scripts.family, scripts.unsupported) };
  if (execute.runAs === 'user') return { state: 'refused', reason: reasons.runAsUser() };
  const { sandbox } = scripts;
  const executable = sandbox.findShell(execute.shell);
  if (executable === undefined) return { state: 'skipped', reason: reasons.shell(execute.shell) };
  const unusable = execute.cwd === null ? null : await directories.whyUnusable(execute.cwd);
  if (unusable) return { state: 'refused', reason: unusable };
  const launcher = launchers[execute.shell];
  try {
    const files = secrets.filter(({ as }) => as === 'file').map((secret) => ({ fileName: secretFileName(secret), content: secret.value }));
    const staged = await staging.stage(runId, [{ fileName: launcher.fileName, content: launcher.encode(content.script) }, ...files]);
    return { sandbox, executable, commandLine: launcher.commandLine(staged.file, content.arguments), staged, cwd: execute.cwd ?? staged.folder };
  } catch (error) {
    if (error instanceof StagingError) return { state: 'refused', reason: reason(error.code, error.message) };
    throw error;
  }
}
