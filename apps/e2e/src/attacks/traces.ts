import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Observer } from './observer.ts';

const infoSchema = z.looseObject({ state: z.looseObject({ first_seq: z.int(), last_seq: z.int() }) });
const messageSchema = z.looseObject({ message: z.looseObject({ subject: z.string(), hdrs: z.string().optional(), data: z.string().optional() }).optional() });

/** Every way a text may be written down: as it is, and in the encodings that carry bytes. */
export function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const lines = value.split('\n').filter((line) => line.length >= 4);
  return [...new Set([value, ...lines, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')])];
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // Processes end and files go while they are looked at.
    return '';
  }
}

/** Files below a folder that hold any of these texts, but for those whose path `spared` fits. */
export function filesWith(folder: string, texts: readonly string[], spared = /^$/): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !spared.test(file))
    .filter((file) => texts.some((text) => readOrNothing(file).includes(text)));
}

/** Command lines of all processes that hold any of these texts. */
export function commandLinesWith(texts: readonly string[]): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readOrNothing(`/proc/${pid}/cmdline`))
    .filter((line) => texts.some((text) => line.includes(text)));
}

/** Subjects of stored messages, of all streams and buckets, whose headers or body hold any of these texts. */
export async function messagesWith(observer: Observer, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const ask = async (name: string, body: unknown) => (await observer.nc.request(`$JS.API.${name}`, JSON.stringify(body), { timeout: 5000 })).json();
  for (const stream of (await observer.configurations()).keys()) {
    const { state } = infoSchema.parse(await ask(`STREAM.INFO.${stream}`, {}));
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      const { message } = messageSchema.parse(await ask(`STREAM.MSG.GET.${stream}`, { seq }));
      const text = Buffer.from(`${message?.hdrs ?? ''}${message?.data ?? ''}`, 'base64').toString('latin1') + Buffer.from(message?.data ?? '', 'base64').toString('latin1');
      if (message !== undefined && texts.some((wanted) => text.includes(wanted))) found.push(`${stream} ${message.subject}`);
    }
  }
  return found;
}
