import type { ControlEvent, ProblemCode } from '@kanade/contracts';

type DraftOf<Event> = Event extends ControlEvent
  ? {
      readonly type: Event['type'];
      readonly data: Event['data'];
      /** What the event is about inside its source, e.g. `run/<runId>`. */
      readonly subject?: string;
      readonly correlationid?: string;
    }
  : never;

/** A control event as a decider words it: id, time, source and principal are added by who appends it. */
export type EventDraft = DraftOf<ControlEvent>;

/** The draft of one type of event. */
export type EventDraftOf<Type extends ControlEvent['type']> = Extract<EventDraft, { readonly type: Type }>;

/** Why a command is not obeyed: a stable code and a sentence that says how to mend it. */
export interface Refusal {
  readonly code: ProblemCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a decider answers: events to append (none when nothing changes), or a refusal. */
export type Decision = { readonly kind: 'accepted'; readonly events: readonly EventDraft[] } | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Accepts a command with the events it makes; none when nothing changes. */
export function accept(...events: readonly EventDraft[]): Decision {
  return { kind: 'accepted', events };
}

/** Refuses a command. */
export function refuse(code: ProblemCode, message: string, details?: Readonly<Record<string, unknown>>): Decision {
  return { kind: 'refused', refusal: details === undefined ? { code, message } : { code, message, details } };
}

/** Folds events into a state, oldest first. */
export function fold<State, Event>(initial: State, events: Iterable<Event>, evolve: (state: State, event: Event) => State): State {
  let state = initial;
  for (const event of events) state = evolve(state, event);
  return state;
}
