import type { ControlEvent, ExecuteShape, SecretUse } from '@kanade/contracts';
import { accept, refuse } from '../decision.ts';
import type { Decision } from '../decision.ts';

/** What a script is and gets: the part of a manifest that no event shows. */
export interface ScriptContent {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly arguments: readonly string[];
}

interface JobVersion {
  readonly description: string;
  readonly execute: ExecuteShape;
  readonly secrets: readonly SecretUse[];
  /** The event whose private part holds the content. */
  readonly eventId: string;
}

/** A job as its events tell it. */
export interface JobState {
  readonly current: string | null;
  readonly versions: ReadonlyMap<string, JobVersion>;
}

export const initialJob: JobState = { current: null, versions: new Map() };

/** Register a manifest. `registered` is the content kept under the same version: undefined when there is none, null once erased. */
export interface ApplyJob {
  readonly jobId: string;
  readonly version: string;
  readonly description: string;
  readonly execute: ExecuteShape;
  readonly content: ScriptContent;
  readonly scriptDigest: string;
  readonly scriptBytes: number;
  readonly secrets: readonly SecretUse[];
  readonly registered: ScriptContent | null | undefined;
}

function sameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** True when both execute the same text with the same environment and arguments. */
export function sameContent(a: ScriptContent, b: ScriptContent): boolean {
  return (
    a.script === b.script &&
    sameRecord(a.env, b.env) &&
    a.arguments.length === b.arguments.length &&
    a.arguments.every((argument, index) => argument === b.arguments[index])
  );
}

/** True when both run in the same way. */
export function sameShape(a: ExecuteShape, b: ExecuteShape): boolean {
  return a.shell === b.shell && a.timeoutMs === b.timeoutMs && a.runAs === b.runAs && a.cwd === b.cwd;
}

/** True when both get the same secrets in the same way. */
function sameSecrets(a: readonly SecretUse[], b: readonly SecretUse[]): boolean {
  const uses = (secrets: readonly SecretUse[]) => secrets.map(({ name, as, variable }) => [name, as, variable].join(' ')).sort().join('\n');
  return uses(a) === uses(b);
}

/** Decides on a manifest: one version is one content for ever, and the same again makes no event. */
export function decideApplyJob(command: ApplyJob, state: JobState): Decision {
  const known = state.versions.get(command.version);
  if (known !== undefined) {
    const { registered } = command;
    if (registered === null || registered === undefined) {
      return refuse('job-version-conflict', `the content of version ${command.version} has been erased; give the manifest a new version`);
    }
    const same =
      known.description === command.description &&
      sameShape(known.execute, command.execute) &&
      sameContent(registered, command.content) &&
      sameSecrets(known.secrets, command.secrets);
    if (!same) {
      return refuse('job-version-conflict', `version ${command.version} of ${command.jobId} is registered with other content; give the manifest a new version`);
    }
    if (state.current === command.version) return accept();
  }
  const { jobId, version, description, execute, scriptDigest, scriptBytes, secrets } = command;
  const named = secrets.length === 0 ? {} : { secrets: [...secrets] };
  return accept({ type: 'kanade.job.applied.v1', data: { jobId, version, description, execute, scriptDigest, scriptBytes, ...named } });
}

/** The state after one more event. */
export function evolveJob(state: JobState, event: ControlEvent): JobState {
  if (event.type !== 'kanade.job.applied.v1') return state;
  const { version, description, execute, secrets = [] } = event.data;
  const versions = new Map(state.versions).set(version, { description, execute, secrets, eventId: event.id });
  return { current: version, versions };
}
