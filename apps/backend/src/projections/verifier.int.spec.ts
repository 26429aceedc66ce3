import 'reflect-metadata';
import { createSigningKey } from '@kanade/messaging';
import { firstValueFrom, timeout } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemPrincipal } from '../accounts/principal.ts';
import { getEvent } from '../events/get-event.query.ts';
import { ReadSideScene } from './read-side.spec-kit.ts';

let scene: ReadSideScene;
beforeEach(async () => {
  scene = await ReadSideScene.open();
});
afterEach(() => scene.close());

const refused = { type: 'kanade.command.refused.v1', data: { commandSequence: 1, reason: { code: 'expired', message: 'Too late.' } } };
const backlog = Array.from({ length: 40 }, () => refused);

describe('the verifier over a real broker', () => {
  it('vouches for a backlog by the signature of its head, and tells of a forged one', async () => {
    const agent = await scene.enrolAgent('e1');
    const verifier = scene.verifier();
    const found = firstValueFrom(verifier.invalid.pipe(timeout(20_000)));
    await agent.append(backlog);
    const honest = await scene.log.lastSequence();
    await agent.append([refused], createSigningKey());
    const forged = honest + 1;
    expect(await found).toMatchObject({ endpointId: 'e1', sequence: forged });
    expect([verifier.verdict(1 + 20), verifier.verdict(honest), verifier.verdict(forged), verifier.verdict(forged + 1)]).toEqual(['valid', 'valid', 'invalid', 'pending']);
    expect(verifier.allInvalid()).toHaveLength(1);
    await expect.poll(() => verifier.status(), { timeout: 20_000 }).toMatchObject({ state: 'running', lagEvents: 0, invalidCount: 1 });
  });

  it('gives an event its verdict beside its exact bytes', async () => {
    const agent = await scene.enrolAgent('e1');
    await agent.append([refused]);
    const [fold, verifier] = [scene.fold(), scene.verifier()];
    const position = await scene.position();
    await fold.waitFor(position, 20_000);
    await expect.poll(() => verifier.verdict(2), { timeout: 20_000 }).toBe('valid');
    const message = await scene.log.get(2);
    if (message === undefined) throw new Error('the event is gone');
    const event = getEvent(await fold.reader(), systemPrincipal, message, verifier);
    expect(event).toMatchObject({ position, type: 'kanade.command.refused.v1', endpointId: 'e1', signature: 'valid', status: 'folded', subject: 'kanade.events.endpoint.e1' });
    expect(event.body).toBe(Buffer.from(message.body).toString());
    expect(event.headers).toMatchObject({ 'Kanade-Epoch': '1', 'Kanade-Sequence': '1' });
  });
});
