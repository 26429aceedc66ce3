import type { Report, Validator } from './validator.ts';

/** What is wrong with a value, `undefined` when nothing is: `<path>: <message>`, without a path for the value itself. */
export type Problem = string | undefined;

/** Finds the first thing that is wrong with a value. */
export type Rule = (value: unknown) => Problem;

/** Makes the public validator of a compiled rule. */
export function validator<T>(rule: Rule): Validator<T> {
  return (value: unknown, report?: Report): value is T => {
    const problem = rule(value);
    if (problem !== undefined) report?.(problem.startsWith(':') ? `(root)${problem}` : problem);
    return problem === undefined;
  };
}

/** True for what JSON writes in braces. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Puts the key of an object or the index of an array before a problem found under it; built only once something is wrong. */
export function under(key: string | number, problem: string): string {
  return problem.startsWith(':') ? `${key}${problem}` : `${key}.${problem}`;
}

/** The problem of one property: a required one that is absent is said to be missing, whatever its rule would say. */
export function property(key: string, value: unknown, problem: string): string {
  return value === undefined ? `${key}: is missing` : under(key, problem);
}

/** The problem of a key that the message does not have. */
export function unknownKey(key: string): string {
  return `${key}: is not a known key`;
}

/** The problem of a union's tag that names none of its shapes. */
export function unknownTag(key: string, value: unknown, known: string): string {
  return value === undefined ? `${key}: is missing` : `${key}: must be one of ${known}`;
}
