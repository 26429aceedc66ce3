import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { executePrivateSchema, parseDuration, subjects } from '@kanade/contracts';
import type { Execute, ExecutePrivate, ExecuteShape } from '@kanade/contracts';
import { sha256Hex } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';

/** What is to be executed, taken apart: what events show, and the bytes that lie beside them. */
export interface PreparedContent {
  readonly shape: ExecuteShape;
  readonly content: ExecutePrivate;
  readonly privatePart: Uint8Array;
  readonly scriptDigest: string;
  readonly scriptBytes: number;
}

/** Takes a manifest's execute part apart, with a fresh salt. */
export function prepareContent(execute: Execute): PreparedContent {
  const salt = randomBytes(16);
  const content = { salt: salt.toString('hex'), script: execute.script, env: execute.env, arguments: execute.arguments };
  const script = Buffer.from(execute.script);
  return {
    shape: shapeOf(execute),
    content,
    privatePart: Buffer.from(JSON.stringify(content)),
    scriptDigest: sha256Hex(Buffer.concat([salt, script])),
    scriptBytes: script.length,
  };
}

export function shapeOf(execute: Execute): ExecuteShape {
  return { shell: execute.shell, timeoutMs: parseDuration(execute.timeout), runAs: execute.runAs, cwd: execute.cwd ?? null };
}

/** Scripts, environments and arguments, which no event shows and which can be erased. */
@Injectable()
export class PrivateContents {
  constructor(private readonly broker: Broker) {}

  /** The content that belongs to an event; null once erased. */
  async read(eventId: string): Promise<ExecutePrivate | null> {
    const bytes = await this.broker.get().privateParts.get(subjects.controlPrivate(eventId));
    return bytes === undefined ? null : executePrivateSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  }
}
