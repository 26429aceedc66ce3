import { controlEventValidators, endpointEventValidators, validateAnyEvent, validateCommand } from './generated/validators.ts';
import type { AnyEvent, Command, ControlEvent, EndpointEvent } from './generated/types.ts';
import { check, type Checked, type Validator } from './validator.ts';

/** Checks an event an endpoint wrote; one validator is chosen by `type`, so that it is fast and its error names the field. */
export function parseEndpointEvent(value: unknown): Checked<EndpointEvent> {
  return byType(endpointEventValidators, value, 'endpoint event');
}

/** Checks an event the backend wrote. */
export function parseControlEvent(value: unknown): Checked<ControlEvent> {
  return byType(controlEventValidators, value, 'control event');
}

/** Checks an event of the writer that its subject names. */
export function parseEvent(value: unknown, kind: 'endpoint' | 'control'): Checked<EndpointEvent | ControlEvent> {
  return kind === 'endpoint' ? parseEndpointEvent(value) : parseControlEvent(value);
}

/** Checks only the envelope, for a reader that shows events of types it does not know. */
export function parseAnyEvent(value: unknown): Checked<AnyEvent> {
  return check(validateAnyEvent, value);
}

/** Checks a command of the backend. */
export function parseCommand(value: unknown): Checked<Command> {
  return check(validateCommand, value);
}

function byType<T>(validators: ReadonlyMap<string, Validator<T>>, value: unknown, what: string): Checked<T> {
  if (typeof value !== 'object' || value === null || !('type' in value)) return { ok: false, error: 'type: is missing' };
  const validator = typeof value.type === 'string' ? validators.get(value.type) : undefined;
  if (validator === undefined) return { ok: false, error: `type: ${JSON.stringify(value.type)} is no ${what}` };
  return check(validator, value);
}
