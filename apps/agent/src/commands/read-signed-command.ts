import { subjects } from '@kanade/contracts';
import type { Command, Keyset, RunReason } from '@kanade/contracts';
import type { StoredMessage } from '@kanade/messaging';
import { signatureFault } from '../identity/judge-signature.ts';
import { readCommand } from '../messages.ts';

/** What a message in the queue comes to: a command to obey, or why it is not obeyed. */
export type SignedCommand = { readonly kind: 'command'; readonly command: Command } | { readonly kind: 'refused'; readonly reason: RunReason };

const refused = (code: string, message: string): SignedCommand => ({ kind: 'refused', reason: { code, message: message.slice(0, 500) } });

/** Believes a command only if a command key signed exactly these bytes for this endpoint and its time is not over; `now` is the backend's. */
export function readSignedCommand(message: Pick<StoredMessage, 'headers' | 'body'>, endpointId: string, keyset: Keyset, now: number): SignedCommand {
  // The signature covers the endpoint's own subject: one made for another endpoint does not fit here.
  const command = readCommand(message.body);
  const fault = signatureFault({ keyset, use: 'command', now, purpose: 'command', subjectOf: subjects.commands, endpointId, recipient: command?.recipient }, message);
  if (fault !== undefined) return refused(fault.code, `The command was not obeyed: ${fault.message}.`);
  if (!command) return refused('malformed', 'The command is signed but says nothing this agent understands; update the agent.');
  if (command.recipient !== endpointId) return refused('foreign-recipient', 'The command is meant for another endpoint.');
  if (Date.parse(command.expiresAt) <= now) return refused('expired', 'The command came after its time; ask for it again.');
  return { kind: 'command', command };
}
