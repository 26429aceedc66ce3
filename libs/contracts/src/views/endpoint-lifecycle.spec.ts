import { describe, expect, it } from 'vitest';
import { erasureReasonSchema } from '../events/erasure.ts';
import { revokeEndpointRequestSchema, setEndpointAliasRequestSchema } from './endpoint-lifecycle.ts';

const refuses = (schema: { safeParse: (value: unknown) => { readonly success: boolean } }, value: unknown) => !schema.safeParse(value).success;

describe('text that is trimmed', () => {
  it('is measured as it was sent, as the API says', () => {
    expect(refuses(erasureReasonSchema, ` ${'x'.repeat(500)}`)).toBe(true);
    expect(refuses(revokeEndpointRequestSchema, { reason: `${'x'.repeat(500)} ` })).toBe(true);
    expect(refuses(setEndpointAliasRequestSchema, { alias: ` ${'x'.repeat(100)}` })).toBe(true);
    expect(refuses(setEndpointAliasRequestSchema, { alias: 'desk\n' })).toBe(true);
  });

  it('is more than white space, and kept without what surrounds it', () => {
    expect(refuses(erasureReasonSchema, '   ')).toBe(true);
    expect(refuses(revokeEndpointRequestSchema, { reason: ' ' })).toBe(true);
    expect(refuses(setEndpointAliasRequestSchema, { alias: ' ' })).toBe(true);
    expect(setEndpointAliasRequestSchema.parse({ alias: ' front desk ' })).toEqual({ alias: 'front desk' });
    expect(erasureReasonSchema.parse(' asked for ')).toBe('asked for');
  });
});
