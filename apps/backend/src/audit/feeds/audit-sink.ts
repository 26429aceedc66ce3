import type { AuditEntry, Checkpoint } from '@kanade/contracts';

/** Somewhere entries are sent to. */
export abstract class AuditSink {
  abstract readonly name: 'webhook' | 'syslog';
  /** Where to, for people: nothing in it is secret. */
  abstract readonly address: string;
  /** Hands entries over, in order; throws when the receiver has not got all of them, and gets all of them again. */
  abstract send(entries: readonly AuditEntry[], signal: AbortSignal): Promise<void>;
  /** Hands a checkpoint over, as `send` does entries. */
  abstract sendCheckpoint(checkpoint: Checkpoint, signal: AbortSignal): Promise<void>;
  abstract close(): void;

  /** Throws when something of the configuration is wrong that can be told without anything to send. */
  check(): void {
    // Most have nothing but an address.
  }
}
