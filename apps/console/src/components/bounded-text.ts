/** So many characters of a text that others wrote are put into a page; a browser cannot lay out any text there may be. */
export const shownLimit = 65_536;
/** Marks above and below one letter, beyond which a browser takes its time and nobody reads them. */
const piled = /(\p{M}{8})(\p{M}+)/gu;
const replacement = '\uFFFD';

/** As much of a text as is shown, and whether that is all of it, letter by letter. */
export interface ShownText {
  readonly text: string;
  readonly isWhole: boolean;
}

/** A text with no more than eight marks upon one letter; each further one is shown as what cannot be shown. */
export function withoutPiles(text: string): string {
  return text.replace(piled, (_, kept: string, rest: string) => kept + rest.replaceAll(/./gsu, replacement));
}

/** The beginning of a text, as a browser can lay it out. */
export function shownText(text: string, limit = shownLimit): ShownText {
  const end = text.length <= limit ? text.length : limit - Number(/[\uD800-\uDBFF]/.test(text.charAt(limit - 1)));
  const shown = withoutPiles(text.slice(0, end));
  return { text: shown, isWhole: shown === text };
}
