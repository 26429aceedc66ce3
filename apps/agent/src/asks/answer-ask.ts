import { subjects } from '@kanade/contracts';
import { verifyMessage } from '@kanade/messaging';
import type { LiveMessageIn } from '@kanade/messaging';
import type { AskAnswer } from '@kanade/messages';
import { timeText } from '../clock/clock.ts';
import { keysFor } from '../identity/keyset.ts';
import type { Identity } from '../identity/identity.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readAsk } from '../messages.ts';

interface Options {
  readonly identity: Identity;
  readonly ledger: Ledger;
  readonly backendNow: () => number;
}

/** Asks live for a moment; more than this many in one moment are not asked by a backend of ours. */
const mostRemembered = 10_000;

/** Answers questions that the backend signed for this endpoint, in time and for the first time; all others get silence. */
export function createAskAnswerer({ identity, ledger, backendNow }: Options): (question: string, message: LiveMessageIn) => Promise<Uint8Array | undefined> {
  const seen = new Map<string, number>();
  const isNew = (id: string, expiresAt: number, now: number): boolean => {
    for (const [old, until] of seen) if (until <= now) seen.delete(old);
    if (seen.has(id) || seen.size >= mostRemembered) return false;
    seen.set(id, expiresAt);
    return true;
  };
  const answer = (question: string, message: LiveMessageIn): Uint8Array | undefined => {
    const { endpointId } = identity.stored;
    const now = backendNow();
    const keys = keysFor(identity.keyset, 'command', now);
    if (!verifyMessage(keys, 'ask', subjects.ask(endpointId, question), message.body, message.headers).ok) return undefined;
    const request = readAsk(message.body);
    if (request?.recipient !== endpointId || request.question.kind !== question) return undefined;
    const expiresAt = Date.parse(request.expiresAt);
    if (expiresAt <= now || !isNew(request.id, expiresAt, now)) return undefined;
    const runIds = request.question.kind === 'runs' ? request.question.runIds : [];
    const reply: AskAnswer = { id: request.id, at: timeText(now), runs: runIds.map((runId) => ({ runId, state: shownState(ledger, runId) })) };
    return Buffer.from(JSON.stringify(reply));
  };
  return (question, message) => Promise.resolve(answer(question, message));
}

/** `starting` is the ledger's own word: to everybody else such a run has been accepted. */
function shownState(ledger: Ledger, runId: string): AskAnswer['runs'][number]['state'] {
  const state = ledger.stateOf(runId);
  return state === 'starting' ? 'accepted' : (state ?? null);
}
