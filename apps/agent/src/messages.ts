import {
  check,
  validateAskRequest,
  validateCommand,
  validateDesiredState,
  validateEnrolAnswer,
  validateEnrolmentToken,
  validateKeyset,
  validateRenewAnswer,
} from '@kanade/messages';
import type { AskRequest, Command, DesiredState, EnrolAnswer, EnrolmentToken, Keyset, RenewAnswer, Validator } from '@kanade/messages';

/*
 * Everything the agent reads from others goes through this one file. It uses the generated validators:
 * the schemas they are made from would cost each endpoint several megabytes of memory.
 */

/** The JSON value in `json`, or `undefined` where there is none. */
export function readJson(json: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof json === 'string' ? json : Buffer.from(json).toString('utf8'));
  } catch {
    return undefined;
  }
}

function read<Message>(validator: Validator<Message>, json: Uint8Array | string): Message | undefined {
  const checked = check(validator, readJson(json));
  return checked.ok ? checked.value : undefined;
}

/** A command, or `undefined` for anything else. */
export const readCommand = (body: Uint8Array): Command | undefined => read(validateCommand, body);
export const readAsk = (body: Uint8Array): AskRequest | undefined => read(validateAskRequest, body);
export const readDesiredState = (body: Uint8Array): DesiredState | undefined => read(validateDesiredState, body);
export const readKeyset = (body: Uint8Array): Keyset | undefined => read(validateKeyset, body);
export const readEnrolAnswer = (body: Uint8Array): EnrolAnswer | undefined => read(validateEnrolAnswer, body);
export const readRenewAnswer = (body: Uint8Array): RenewAnswer | undefined => read(validateRenewAnswer, body);

/** An enrolment token as it is pasted: base64url JSON. */
export const readEnrolmentToken = (text: string): EnrolmentToken | undefined =>
  read(validateEnrolmentToken, Buffer.from(text.trim(), 'base64url').toString('utf8'));
