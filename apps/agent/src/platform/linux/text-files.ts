import { readFile, readdir } from 'node:fs/promises';

/** A one-value file of /proc or /sys, trimmed; empty where the kernel has none, or does not let us read it. */
export async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replaceAll('\0', '').trim();
  } catch {
    return '';
  }
}

/** The number in such a file; null when there is none. */
export async function readNumber(file: string): Promise<number | null> {
  const text = await readText(file);
  const value = Number(text);
  return text === '' || !Number.isFinite(value) ? null : value;
}

/** The names in a folder, in an order that stays; empty where there is none. */
export async function readNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch {
    return [];
  }
}

/** `\040` and its like, as /proc writes what would break its columns. */
export function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
