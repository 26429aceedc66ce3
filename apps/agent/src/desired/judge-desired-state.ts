import { subjects } from '@kanade/contracts';
import type { RunReason } from '@kanade/contracts';
import { sha256Hex } from '@kanade/messaging';
import type { StoredMessage } from '@kanade/messaging';
import type { DesiredState, Keyset } from '@kanade/messages';
import { signatureFault } from '../identity/judge-signature.ts';
import { readDesiredState } from '../messages.ts';

/** The newest desired state this endpoint believed. */
export interface TakenDesiredState {
  readonly version: number;
  /** Its place in the bucket. */
  readonly revision: number;
  readonly digest: string;
}

/** What lies in the place of the desired state comes to: something new to bring about, what is known, or why it is not believed. */
export type JudgedDesiredState =
  | { readonly kind: 'new'; readonly state: DesiredState; readonly taken: TakenDesiredState }
  | { readonly kind: 'known'; readonly state: DesiredState }
  | { readonly kind: 'refused'; readonly version: number | null; readonly reason: RunReason };

interface Expected {
  readonly endpointId: string;
  readonly keyset: Keyset;
  /** The backend's time, Unix ms. */
  readonly now: number;
  readonly last: TakenDesiredState | undefined;
}

type Message = Pick<StoredMessage, 'headers' | 'body' | 'sequence'>;

/** Believes a desired state only if a desired key signed exactly these bytes for this endpoint, and no newer one, nor this one, was taken before. */
export function judgeDesiredState(message: Message, { endpointId, keyset, now, last }: Expected): JudgedDesiredState {
  const state = readDesiredState(message.body);
  const refused = (code: string, text: string): JudgedDesiredState => ({
    kind: 'refused',
    version: state?.version ?? null,
    reason: { code, message: `The desired state was not taken: ${text}.` },
  });
  const fault = signatureFault({ keyset, use: 'desired', now, purpose: 'desired', subjectOf: subjects.desired, endpointId, recipient: state?.endpointId }, message);
  const taken = { revision: message.sequence, digest: sha256Hex(message.body) };
  // What was believed stays believed when its key ends: whoever signed it then was the backend.
  if (state !== undefined && last?.revision === taken.revision && last.digest === taken.digest) return { kind: 'known', state };
  if (fault !== undefined) return refused(fault.code, fault.message);
  if (state === undefined) return refused('malformed', 'it is signed but says nothing this agent understands; update the agent');
  if (state.endpointId !== endpointId) return refused('foreign-recipient', 'it is meant for another endpoint');
  if (last !== undefined && state.version < last.version) return refused('older-version', `version ${last.version} was taken before, and this is ${state.version}`);
  if (last?.version === state.version) {
    return last.digest === taken.digest ? refused('replayed', 'the same one was taken before') : refused('version-taken', `another one with version ${state.version} was taken before`);
  }
  return { kind: 'new', state, taken: { version: state.version, ...taken } };
}
