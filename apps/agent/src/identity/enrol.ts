import { existsSync } from 'node:fs';
import { signedText } from '@kanade/contracts';
import { enrolWithToken, readJwt, sha256Hex, signBytes, signTextWithSeed } from '@kanade/messaging';
import type { EnrolAnswer, EnrolBody, OperatingSystem } from '@kanade/messages';
import { messageOf } from '../data-dir/data-dir.ts';
import type { DataDir } from '../data-dir/data-dir.ts';
import { AgentError } from '../errors.ts';
import { readEnrolAnswer, readEnrolmentToken } from '../messages.ts';
import { agentVersion } from '../version.ts';
import { createKeys, Identity, publicKeyOf, readPendingKeys, signingKeyOf, writePendingKeys } from './identity.ts';
import type { EndpointKeys } from './identity.ts';
import { believedKeyset } from './keyset.ts';

export interface HostDescription {
  readonly hostname: string;
  readonly os: OperatingSystem;
  readonly simulated: boolean;
}

const attempts = 3;
/** How often a machine asks whether it has been approved. */
const shortestPollMs = 1000;
const longestPollMs = 10_000;

type Token = NonNullable<ReturnType<typeof readEnrolmentToken>>;

/** What a machine does that has to wait for approval. */
export interface Waiting {
  readonly tell: (text: string) => void;
  readonly pause: (ms: number) => Promise<void>;
}

const waitAloud: Waiting = {
  tell: (text) => void process.stderr.write(`kanade-agent: ${text}\nwaiting for approval; Ctrl-C ends the wait, and the same command goes on with it\n`),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Enrols this host with a token: keys are made here and only their public halves leave. Throws an AgentError that says what to do. */
export async function enrol(dataDir: DataDir, tokenText: string, host: HostDescription, waiting: Waiting = waitAloud): Promise<Identity> {
  const token = readEnrolmentToken(tokenText);
  if (!token) throw new AgentError('this is no enrolment token: paste the whole line that kanade enrol-token create printed');
  const pending = readPendingKeys(dataDir);
  if (!pending && existsSync(dataDir.identity)) {
    const { endpointId } = Identity.load(dataDir).stored;
    throw new AgentError(`${dataDir.root} is enrolled already, as ${endpointId}: start it with kanade-agent run, or enrol in an empty data directory`);
  }
  const keys = pending ?? createKeys();
  if (!pending) writePendingKeys(dataDir, keys);
  const answer = await ask(token, requestOf(token.tokenId, keys, host), waiting);
  if ('error' in answer) throw new AgentError(`the backend refused the enrolment: ${answer.error.message} (${answer.error.code})`);
  const keyset = believedKeyset(answer.keyset, token.root);
  if (!keyset) throw new AgentError('the answer was not signed by the root key in the token: somebody else may have answered. Check the address in the token');
  // A JWT for other keys would lock the agent out at its next start.
  if (readJwt(answer.jwt).sub !== keys.nkey) throw new AgentError('the answer was made for another machine: enrol again');
  return Identity.create(dataDir, {
    version: 1,
    endpointId: answer.endpointId,
    urls: token.urls,
    ca: token.ca,
    root: token.root,
    simulated: host.simulated,
    keys,
    jwt: answer.jwt,
    renewalJwt: answer.renewalJwt,
    keyset: answer.keyset,
  });
}

function requestOf(tokenId: string, keys: EndpointKeys, host: HostDescription): Uint8Array {
  const body: EnrolBody = {
    tokenId,
    nkey: keys.nkey,
    signingKey: publicKeyOf(keys.signingKey),
    sealingKey: publicKeyOf(keys.sealingKey),
    hostname: host.hostname,
    os: host.os,
    agentVersion,
    simulated: host.simulated,
    at: new Date().toISOString(),
  };
  const bytes = JSON.stringify(body);
  const text = signedText('enrol', tokenId, sha256Hex(bytes));
  return Buffer.from(JSON.stringify({ body: bytes, signature: signBytes(signingKeyOf(keys), text), nkeySignature: signTextWithSeed(keys.nkeySeed, text) }));
}

/** Asks until there is an answer that is none of "wait": the same keys get the same answer, so asking again does no harm. */
async function ask(token: Token, request: Uint8Array, waiting: Waiting): Promise<EnrolAnswer> {
  let told = '';
  for (let times = 0; ; times++) {
    const answer = await askOnce(token, request);
    if (!('error' in answer) || answer.error.code !== 'approval-pending') return answer;
    if (answer.error.message !== told) waiting.tell(answer.error.message);
    told = answer.error.message;
    await waiting.pause(Math.min(longestPollMs, shortestPollMs * (times + 1)));
  }
}

/** Asks a few times, as an answer can be lost. */
async function askOnce(token: Token, request: Uint8Array): Promise<EnrolAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await enrolWithToken(token, request).then(readEnrolAnswer, (error: unknown) => {
      if (attempt < attempts) return undefined;
      throw new AgentError(
        `could not enrol through ${token.urls.join(', ')}: ${messageOf(error)}. Is kanade running there, and is the token still valid?`,
        { cause: error },
      );
    });
    const goesOn = answer && 'error' in answer && answer.error.code === 'unavailable' && attempt < attempts;
    if (answer && !goesOn) return answer;
    if (attempt >= attempts) throw new AgentError('the backend answered the enrolment with something this agent does not understand: update the agent');
    await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
  }
}
