/** Takes the one line `path: message` that says what is wrong with a value. */
export type Report = (problem: string) => void;

/** Tells whether a value from outside is a message of one kind; what is wrong with it goes to `report`. */
export type Validator<T> = (value: unknown, report?: Report) => value is T;

/** A value that was checked: itself, never copied or changed, or one line `path: message` that says what is wrong with it. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** Checks a value that came from outside. */
export function check<T>(validator: Validator<T>, value: unknown): Checked<T> {
  let error = '';
  const report = (problem: string) => {
    error = problem;
  };
  return validator(value, report) ? { ok: true, value } : { ok: false, error };
}
