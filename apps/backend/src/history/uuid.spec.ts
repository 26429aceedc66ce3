import { isSubjectToken } from '@kanade/contracts';
import { describe, expect, it } from 'vitest';
import { derivedId, newId } from './uuid.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-([78])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('ids', () => {
  it('are UUIDs that may stand in a subject', () => {
    for (const id of [newId(Date.now()), derivedId('a', 'b')]) {
      expect(id).toMatch(uuid);
      expect(isSubjectToken(id)).toBe(true);
    }
  });
  it('sort by the time they were made', () => expect(newId(1_000_000_000_000) < newId(1_000_000_000_001)).toBe(true));
  it('derive the same from the same, and another from parts cut elsewhere', () => {
    expect(derivedId('ab', 'c')).toBe(derivedId('ab', 'c'));
    expect(derivedId('ab', 'c')).not.toBe(derivedId('a', 'bc'));
  });
});
