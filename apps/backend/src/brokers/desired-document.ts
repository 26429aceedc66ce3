import { desiredStateSchema, subjects } from '@kanade/contracts';
import type { DesiredState } from '@kanade/contracts';
import { signMessage, verifyMessage } from '@kanade/messaging';
import type { SigningKey, StoredMessage } from '@kanade/messaging';
import type { WantedMove } from './broker-move.reads.ts';

/** What lies in the place of an endpoint's desired state, if the desired key of today signed it for that endpoint. */
export function readDocument(key: SigningKey, endpointId: string, { body, headers }: Pick<StoredMessage, 'body' | 'headers'>): DesiredState | undefined {
  if (!verifyMessage([key], 'desired', subjects.desired(endpointId), body, headers).ok) return undefined;
  return desiredStateSchema.parse(JSON.parse(Buffer.from(body).toString()));
}

/** True when a document already says what is wanted. */
export function saysAlready(document: DesiredState, { version, broker }: WantedMove): boolean {
  const { broker: said } = document;
  return (
    said !== null && document.version >= version && said.ca === broker.ca && said.keepOld === broker.keepOld && said.urls.length === broker.urls.length &&
    said.urls.every((url, index) => url === broker.urls[index])
  );
}

/** The document that brings a move about: its version is the moment, so that each is newer than the one before, whatever lay there. */
export function signDocument(key: SigningKey, { endpointId, version, broker }: WantedMove, now: number): { readonly body: Uint8Array; readonly headers: Record<string, string> } {
  const state: DesiredState = { version: Math.max(now, version), endpointId, issuedAt: new Date(now).toISOString(), broker };
  const body = Buffer.from(JSON.stringify(state));
  return { body, headers: signMessage(key, 'desired', subjects.desired(endpointId), body) };
}
