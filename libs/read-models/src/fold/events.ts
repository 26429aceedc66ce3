import type { ControlEvent, EndpointEvent } from '@kanade/messages';

export type KanadeEvent = EndpointEvent | ControlEvent;
export type EventType = KanadeEvent['type'];
/** Every event type with the shape of its events. */
export type EventMap = { readonly [Type in EventType]: Extract<KanadeEvent, { type: Type }> };

/** Where an event stands and who wrote it. */
export interface Place {
  readonly position: number;
  /** Unix ms, the broker's clock. */
  readonly recordedAt: number;
  /** The endpoint that wrote it, 0 for a control event. */
  readonly endpointKey: number;
}

/** Why an event is not folded: a stable code and one English sentence. A handler that refuses has written nothing. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
}

export const refuse = (code: string, reason: string): Refusal => ({ code, reason });

type Handle<Event> = (event: Event, place: Place) => Refusal | undefined;

/** What a projection does with the events it folds; every type belongs to one projection. */
export type EventHandlers = { readonly [Type in EventType]?: Handle<EventMap[Type]> };

/** Hands an event to the handler of its type. */
export function dispatch<Type extends EventType>(handlers: EventHandlers, type: Type, event: EventMap[Type], place: Place): Refusal | undefined {
  const handle: Handle<EventMap[Type]> | undefined = handlers[type];
  return handle?.(event, place);
}
