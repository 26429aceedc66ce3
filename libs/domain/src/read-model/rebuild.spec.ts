import { expect, it } from 'vitest';
import { decideRebuild } from './rebuild.ts';

it('a rebuild is told of with its reason', () => {
  expect(decideRebuild('poison')).toEqual({ kind: 'accepted', events: [{ type: 'kanade.read-model.rebuild-requested.v1', data: { reason: 'poison' } }] });
});
