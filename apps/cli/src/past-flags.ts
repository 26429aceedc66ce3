import { Flags } from '@oclif/core';
import { parsePosition } from '@kanade/contracts';
import { usageFailure } from './failure.ts';

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** As it is printed by every command: of this machine's own time zone. */
const localTime = /^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/;
const zonedTime = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** A moment of the past as the API takes it: a position, or a time with its zone. Throws a usage failure for anything else. */
export function parseMoment(text: string, now: number, flag = '--at'): string {
  if (parsePosition(text) !== undefined) return text;
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const time = unit === undefined ? readTime(text) : now - Number(count) * (units[unit] ?? 0);
  if (Number.isNaN(time)) {
    throw usageFailure(`${flag} ${JSON.stringify(text)} is no moment.`, 'Give a position (4f9c2a1b:1234), a time (2026-01-31T12:00:00Z, or "2026-01-31 12:00" of this machine\'s clock), or how long ago (2h, 3d).');
  }
  return new Date(time).toISOString();
}

function readTime(text: string): number {
  if (zonedTime.test(text)) return Date.parse(text);
  if (!localTime.test(text)) return Number.NaN;
  // Without an hour, JavaScript would take a day for one of UTC.
  return Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'));
}

/** The flag of everything that can be asked of the past. */
export const pastFlags = {
  at: Flags.string({
    description: 'as it was then: a position, a time (RFC 3339, or as this machine shows it), or how long ago (2h, 3d)',
    parse: (text) => Promise.resolve(parseMoment(text, Date.now())),
  }),
};
