import { askToEnrol, makeMachineKeys as makeKeys, readEnrolmentToken, TestAgent } from '@kanade/messaging/testing';
import type { MachineKeys } from '@kanade/messaging/testing';
import { z } from 'zod';
import type { TestBackend } from './backend.spec-kit.ts';

export { askToEnrol, makeKeys };

export async function makeToken(backend: TestBackend, request: object = {}): Promise<ReturnType<typeof readEnrolmentToken>> {
  const made = await backend.call('POST', '/enrolment-tokens', request);
  return readEnrolmentToken(z.string().parse(made.body['token']));
}

/** An agent of a test backend. */
export type FakeAgent = TestAgent;
export const FakeAgent = {
  enrol: async (backend: TestBackend, name?: string, request: object = {}, keys?: MachineKeys): Promise<TestAgent> => TestAgent.enrol(await makeToken(backend, request), { name, keys }),
};
