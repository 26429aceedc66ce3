import { parseEventSubject } from '@kanade/contracts';
import type { AnyEvent } from '@kanade/messages';
import type { openProjections } from '../projections/projections.ts';
import { checkEvent, foreignHeader } from './check-event.ts';
import type { Writer } from './check-event.ts';
import type { openChains } from './chain.ts';
import { dispatch, refuse } from './events.ts';
import type { Refusal } from './events.ts';
import type { StoredMessage } from './message.ts';
import type { Session } from './session.ts';

/** Says in English why a control event is not the backend's own, or `undefined` when its signature holds. */
export type VerifyControl = (message: StoredMessage) => string | undefined;

/** Folds one event through all checks; a refusal means it was indexed and not folded. */
export function openEventFold(
  session: Session,
  projections: ReturnType<typeof openProjections>,
  chains: ReturnType<typeof openChains>,
  verifyControl: VerifyControl,
) {
  /** The writing endpoint's key (0 for the backend), once header, chain or signature hold. */
  const checkWriter = (writer: Writer, message: StoredMessage): number | Refusal => {
    const name = foreignHeader(message.headers);
    const foreign = name === undefined ? undefined : refuse('foreign-header', `the header ${name} has no business on an event`);
    if (writer.kind === 'control') {
      if (foreign !== undefined) return foreign;
      const reason = verifyControl(message);
      return reason === undefined ? 0 : refuse('bad-signature', reason);
    }
    const endpointKey = session.keys.endpoint(writer.endpointId);
    if (endpointKey === undefined) return foreign ?? refuse('endpoint-unknown', `endpoint ${writer.endpointId} was never enrolled`);
    if (foreign !== undefined) {
      chains.count(endpointKey, message);
      return foreign;
    }
    return chains.follow(endpointKey, message) ?? endpointKey;
  };

  const whyReplayed = ({ id, time }: AnyEvent): string | undefined => {
    if (projections.index.hasControl(id)) return `the event ${id} is in the history already`;
    // Whether it is one that the index has let go cannot be told, but nothing is written that long after its time.
    return session.indexedSince > 0 && Date.parse(time) < session.indexedSince ? `the event ${id} is of ${time}, and was stored long after that` : undefined;
  };

  const judge = (writer: Writer | undefined, message: StoredMessage): { refusal: Refusal | undefined; envelope: AnyEvent | undefined } => {
    if (writer === undefined) return { refusal: refuse('bad-subject', `${message.subject} is no subject of an event`), envelope: undefined };
    const writtenBy = checkWriter(writer, message);
    const checked = checkEvent(writer, message);
    if (typeof writtenBy !== 'number') return { refusal: writtenBy, envelope: checked.ok ? checked.event : checked.envelope };
    if (!checked.ok) return checked;
    // Its signature holds wherever it lies: stored once more, it would undo what came after it.
    const replayed = writer.kind === 'control' ? whyReplayed(checked.event) : undefined;
    if (replayed !== undefined) return { refusal: refuse('replayed', replayed), envelope: checked.event };
    const place = { position: message.sequence, recordedAt: message.recordedAt, endpointKey: writtenBy };
    const refusal = dispatch(projections.events, checked.event.type, checked.event, place);
    if (refusal === undefined) projections.audit.add(checked.event, message.sequence);
    return { refusal, envelope: checked.event };
  };

  return {
    fold(message: StoredMessage): Refusal | undefined {
      session.position.moveTo(message.sequence);
      const writer = parseEventSubject(message.subject);
      const { refusal, envelope } = judge(writer, message);
      projections.index.add(message, writer, envelope);
      // Only the backend's own parts are shown together with what names them.
      if (refusal === undefined && envelope?.privatedigest !== undefined && envelope.source.startsWith('control/')) {
        if (!projections.privateParts.has(envelope.id)) session.awaitedParts.wait(envelope.id, message);
      }
      return refusal;
    },
    /** Indexes an event that broke a projection; its link still counts, or the event after it would seem to follow nothing. */
    passOver: (message: StoredMessage): void => {
      const writer = parseEventSubject(message.subject);
      const checked = writer === undefined ? undefined : checkEvent(writer, message);
      if (writer !== undefined) checkWriter(writer, message);
      projections.index.add(message, writer, checked?.ok === true ? checked.event : checked?.envelope);
    },
  };
}
