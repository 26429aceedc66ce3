import { expect, it } from 'vitest';
import { decideSeal } from './seal.ts';

it('a seal is an event that says how far, and over what', () => {
  const sealed = { through: '0badcafe:7', root: 'a'.repeat(64) };
  expect(decideSeal(sealed)).toEqual({ kind: 'accepted', events: [{ type: 'kanade.archive.sealed.v1', data: sealed }] });
});
