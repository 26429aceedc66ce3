import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scene } from './flipped-bits/scene.ts';
import { ways } from './flipped-bits/ways.ts';
import { Chance, seedsOf } from './random-kills/chance.ts';

const tell = (text: string) => process.stdout.write(`${text}\n`);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.build();
});
afterAll(() => scene.close());

describe.each(seedsOf('KANADE_FLIP_SEEDS', '1'))('a record whose blocks were damaged while the broker was stopped, seed %i', (seed) => {
  it.each(ways.map((way, index) => ({ way, index, name: way.name })))('$name', async ({ way, index }) => {
    const { damage, words, ok } = await scene.damaged(way, new Chance(seed * 1000 + index));
    const place = damage.from === damage.to ? `message ${damage.from}` : `messages ${damage.from} to ${damage.to}`;
    tell(`seed ${seed}, ${way.name} (${place}): ${words === undefined ? 'NOT noticed' : `noticed by ${JSON.stringify(words)}`}${ok ? ', status ok' : ''}`);
    expect(words, `KANADE_FLIP_SEEDS=${seed} repeats it`).toBeDefined();
  });
});
