import { withoutPiles } from '../components/bounded-text.ts';

// Built from character codes, so that no invisible character stands in this file.
const escape = String.fromCharCode(0x1b);
const bell = String.fromCharCode(0x07);
const range = (from: number, to: number) => `${String.fromCharCode(from)}-${String.fromCharCode(to)}`;

/** Operating system commands (titles, links), control sequences (colours, cursor), two-character escapes. */
const sequences = new RegExp(
  [
    `${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)?`,
    `${escape}\\[[0-?]*[ -/]*[@-~]`,
    `${escape}[ -/]*[0-~]`,
  ].join('|'),
  'g',
);
/** Every other control character but tab and carriage return. */
const controls = new RegExp(`[${range(0x00, 0x08)}${range(0x0b, 0x0c)}${range(0x0e, 0x1f)}${range(0x7f, 0x9f)}]`, 'g');

/**
 * One line as a terminal would leave it, without its colours: escape sequences and control characters are removed, and
 * text overwritten after a carriage return (progress bars) is gone. Marks are not piled upon one another.
 */
export function terminalLine(raw: string): string {
  const text = raw.replace(sequences, '').replace(controls, '');
  // By hand: an expression for the returns at the end tries all others too, each to its end.
  let end = text.length;
  while (text[end - 1] === '\r') end -= 1;
  return withoutPiles(text.slice(text.lastIndexOf('\r', end - 1) + 1, end));
}
