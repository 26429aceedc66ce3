import { headers as headerNames, subjects } from '@kanade/contracts';
import type { LiveMessageIn } from '@kanade/messaging';
import type { AskAnswer, AskRequest } from '@kanade/messages';
import { timeText } from '../clock/clock.ts';
import type { Identity } from '../identity/identity.ts';
import { signatureFault } from '../identity/judge-signature.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Log } from '../log.ts';
import { readAsk } from '../messages.ts';

interface Options {
  readonly identity: Identity;
  readonly ledger: Ledger;
  readonly backendNow: () => number;
  /** Asks the backend for a key that is not known here; false when it did not answer. */
  readonly learnKey: (keyId: string) => Promise<boolean>;
  /** The backend says that there are new keys, or a new desired state. */
  readonly onNews: () => void;
  readonly log: Log;
}

/** Asks live for a moment; more than this many in one moment are not asked by a backend of ours. */
const mostRemembered = 10_000;

/** Answers questions that the backend signed for this endpoint, in time and for the first time; all others get silence, and the log has the reason. */
export function createAskAnswerer({ identity, ledger, backendNow, learnKey, onNews, log }: Options): (question: string, message: LiveMessageIn) => Promise<Uint8Array | undefined> {
  const seen = new Map<string, number>();
  const isNew = (id: string, expiresAt: number, now: number): boolean => {
    for (const [old, until] of seen) if (until <= now) seen.delete(old);
    if (seen.has(id) || seen.size >= mostRemembered) return false;
    seen.set(id, expiresAt);
    return true;
  };
  const signatureFaultOf = (question: string, message: LiveMessageIn) =>
    signatureFault(
      {
        keyset: identity.keyset, use: 'command', now: backendNow(), purpose: 'ask', subjectOf: (id) => subjects.ask(id, question), endpointId: identity.stored.endpointId,
        recipient: readAsk(message.body)?.recipient,
      },
      message,
    )?.code;
  /** The question, or why it is not answered. */
  const judge = async (question: string, message: LiveMessageIn): Promise<AskRequest | string> => {
    // A key that is new to us may be the backend's newest.
    if (signatureFaultOf(question, message) === 'key-unknown') await learnKey(message.headers[headerNames.key] ?? '');
    const fault = signatureFaultOf(question, message);
    if (fault !== undefined) return fault;
    const now = backendNow();
    const request = readAsk(message.body);
    if (request?.question.kind !== question) return 'malformed';
    if (request.recipient !== identity.stored.endpointId) return 'foreign-recipient';
    const expiresAt = Date.parse(request.expiresAt);
    if (expiresAt <= now) return 'expired';
    return isNew(request.id, expiresAt, now) ? request : 'replayed';
  };
  return async (question, message) => {
    const request = await judge(question, message);
    if (typeof request === 'string') {
      log.warn({ reason: request }, 'a question was not answered');
      return undefined;
    }
    if (request.question.kind === 'news') onNews();
    const runIds = request.question.kind === 'runs' ? request.question.runIds : [];
    const reply: AskAnswer = { id: request.id, at: timeText(backendNow()), runs: runIds.map((runId) => ({ runId, state: shownState(ledger, runId) })) };
    return Buffer.from(JSON.stringify(reply));
  };
}

/** `starting` is the ledger's own word: to everybody else such a run has been accepted. */
function shownState(ledger: Ledger, runId: string): AskAnswer['runs'][number]['state'] {
  const state = ledger.stateOf(runId);
  return state === 'starting' ? 'accepted' : (state ?? null);
}
