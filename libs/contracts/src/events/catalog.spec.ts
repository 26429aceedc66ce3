import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { controlEventSchema, controlEventSchemas, endpointEventSchema, endpointEventSchemas } from './catalog.ts';

const accepted = {
  specversion: '1.0',
  id: '0192f0c1-7e2a-7abc-8def-0123456789ab',
  source: 'endpoint/e1',
  type: 'kanade.run.accepted.v1',
  time: '2026-01-31T12:00:00.000Z',
  correlationid: 'x1',
  data: { runId: 'r1', executionId: 'x1', commandSequence: 7 },
};

describe('the event catalog', () => {
  it('knows every type once', () => {
    const types = [...endpointEventSchemas, ...controlEventSchemas].map((schema) => schema.shape.type.value);
    expect(new Set(types).size).toBe(types.length);
    for (const type of types) expect(type).toMatch(/^kanade\.[a-z-]+\.[a-z-]+\.v[1-9]$/);
  });

  it('reads an event of an endpoint, and takes it for no control event', () => {
    expect(endpointEventSchema.parse(accepted)).toEqual(accepted);
    expect(controlEventSchema.safeParse(accepted).success).toBe(false);
  });

  it('refuses a key it does not know: a new shape is a new version', () => {
    expect(endpointEventSchema.safeParse({ ...accepted, data: { ...accepted.data, extra: 1 } }).success).toBe(false);
    expect(endpointEventSchema.safeParse({ ...accepted, extra: 1 }).success).toBe(false);
  });

  it('can be written as JSON Schema', () => {
    expect(() => z.toJSONSchema(endpointEventSchema)).not.toThrow();
    expect(() => z.toJSONSchema(controlEventSchema)).not.toThrow();
  });
});
