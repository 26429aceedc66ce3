import { describe, expect, it } from 'vitest';
import { parseAnyEvent, parseCommand, parseControlEvent, parseEndpointEvent, parseEvent } from './parse-event.ts';

const accepted = {
  specversion: '1.0',
  id: '0192f0c1-7e2a-7abc-8def-0123456789ab',
  source: 'endpoint/e1',
  type: 'kanade.run.accepted.v1',
  time: '2026-01-31T12:00:00.000Z',
  data: { runId: 'r1', executionId: 'x1', commandSequence: 7 },
};

const errorOf = (result: { ok: boolean; error?: string }) => (result.ok ? undefined : result.error);

describe('parsing an event', () => {
  it('says in one line where what is wrong', () => {
    expect(errorOf(parseEndpointEvent({ ...accepted, data: { ...accepted.data, runId: 'A.*' } }))).toBe('data.runId: must be text like ^[a-z0-9][a-z0-9-]{0,62}$');
    expect(errorOf(parseEndpointEvent({ ...accepted, data: { runId: 'r1', executionId: 'x1' } }))).toBe('data.commandSequence: is missing');
    expect(errorOf(parseEndpointEvent({ ...accepted, extra: 1 }))).toBe('extra: is not a known key');
    expect(errorOf(parseEndpointEvent({ ...accepted, time: 'yesterday' }))).toBe('time: must be an RFC 3339 time in UTC');
    expect(errorOf(parseEndpointEvent('text'))).toBe('type: is missing');
    expect(errorOf(parseAnyEvent(null))).toBe('(root): must be an object');
  });

  it('takes no event of the other writer, and none of a type it does not know', () => {
    expect(errorOf(parseControlEvent(accepted))).toBe('type: "kanade.run.accepted.v1" is no control event');
    expect(errorOf(parseEvent({ ...accepted, type: 'kanade.run.vanished.v1' }, 'endpoint'))).toBe('type: "kanade.run.vanished.v1" is no endpoint event');
  });

  it('hands back the very value it was given', () => {
    expect(parseEvent(accepted, 'endpoint')).toEqual({ ok: true, value: accepted });
    const result = parseEndpointEvent(accepted);
    expect(result.ok && result.value).toBe(accepted);
  });
});

describe('parsing a command', () => {
  it('names the types it knows', () => {
    expect(errorOf(parseCommand({ type: 'kanade.command.destroy.v1' }))).toBe(
      'type: must be one of "kanade.command.run.v1", "kanade.command.cancel.v1"',
    );
  });
});
