/** A position taken apart: the history's incarnation (8 hex digits) and the stream sequence in it. */
export interface PositionParts {
  readonly incarnation: string;
  readonly sequence: number;
}

/** Writes a position as it is shown outside the backend, `<incarnation>:<sequence>`. */
export function formatPosition(parts: PositionParts): string {
  return `${parts.incarnation}:${parts.sequence}`;
}

/** Reads `<incarnation>:<sequence>`; `undefined` when it is not a position. */
export function parsePosition(text: string): PositionParts | undefined {
  const match = /^([0-9a-f]{8}):(0|[1-9][0-9]{0,15})$/.exec(text);
  return match?.[1] && match[2] ? { incarnation: match[1], sequence: Number(match[2]) } : undefined;
}
