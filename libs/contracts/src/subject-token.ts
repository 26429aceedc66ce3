// No schema library here: an agent needs these words, and cannot spare the memory.

/** Every id that enters a subject: 1 to 63 of `a-z 0-9 -`, starting with a letter or digit, so no id can widen a subject. */
export const subjectToken = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** True when `value` may stand as one token of a NATS subject. */
export function isSubjectToken(value: string): boolean {
  return subjectToken.test(value);
}

/** Returns `value` unchanged when it may enter a subject; throws a RangeError naming `what` otherwise. */
export function assertSubjectToken(value: string, what: string): string {
  if (!isSubjectToken(value)) {
    throw new RangeError(`${what} ${JSON.stringify(value)} must match [a-z0-9][a-z0-9-]{0,62}`);
  }
  return value;
}

