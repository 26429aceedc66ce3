import * as contracts from '@kanade/contracts';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import * as messages from './index.ts';
import { mutations, sampleOf } from './samples.spec-kit.ts';

interface Pair {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly validator: (value: unknown, report?: messages.Report) => boolean;
}

const events = [
  ...contracts.endpointEventSchemas.map((schema) => ({ schema, map: messages.endpointEventValidators, type: schema.shape.type.value })),
  ...contracts.controlEventSchemas.map((schema) => ({ schema, map: messages.controlEventValidators, type: schema.shape.type.value })),
];

const pairs: Pair[] = [
  ...events.map(({ schema, map, type }) => ({ name: type, schema, validator: map.get(type) ?? (() => false) })),
  { name: 'AnyEvent', schema: contracts.anyEventSchema, validator: messages.validateAnyEvent },
  { name: 'RunCommand', schema: contracts.runCommandSchema, validator: messages.validateRunCommand },
  { name: 'CancelCommand', schema: contracts.cancelCommandSchema, validator: messages.validateCancelCommand },
  { name: 'Command', schema: contracts.commandSchema, validator: messages.validateCommand },
  { name: 'ExecutePrivate', schema: contracts.executePrivateSchema, validator: messages.validateExecutePrivate },
  { name: 'AskRequest', schema: contracts.askRequestSchema, validator: messages.validateAskRequest },
  { name: 'AskAnswer', schema: contracts.askAnswerSchema, validator: messages.validateAskAnswer },
  { name: 'PresenceBeat', schema: contracts.presenceBeatSchema, validator: messages.validatePresenceBeat },
  { name: 'PerformanceSample', schema: contracts.performanceSampleSchema, validator: messages.validatePerformanceSample },
  { name: 'DesiredState', schema: contracts.desiredStateSchema, validator: messages.validateDesiredState },
  { name: 'Keyset', schema: contracts.keysetSchema, validator: messages.validateKeyset },
  { name: 'SignedKeyset', schema: contracts.signedKeysetSchema, validator: messages.validateSignedKeyset },
  { name: 'EnrolmentToken', schema: contracts.enrolmentTokenSchema, validator: messages.validateEnrolmentToken },
  { name: 'EnrolRequest', schema: contracts.enrolRequestSchema, validator: messages.validateEnrolRequest },
  { name: 'EnrolBody', schema: contracts.enrolBodySchema, validator: messages.validateEnrolBody },
  { name: 'EnrolAnswer', schema: contracts.enrolAnswerSchema, validator: messages.validateEnrolAnswer },
  { name: 'RenewRequest', schema: contracts.renewRequestSchema, validator: messages.validateRenewRequest },
  { name: 'Checkpoint', schema: contracts.checkpointSchema, validator: messages.validateCheckpoint },
  { name: 'RenewAnswer', schema: contracts.renewAnswerSchema, validator: messages.validateRenewAnswer },
  { name: 'IdentityRefusal', schema: contracts.identityRefusalSchema, validator: messages.validateIdentityRefusal },
  { name: 'LiveRequest', schema: contracts.liveRequestSchema, validator: messages.validateLiveRequest },
  { name: 'LiveMessage', schema: contracts.liveMessageSchema, validator: messages.validateLiveMessage },
  { name: 'Problem', schema: contracts.problemSchema, validator: messages.validateProblem },
];

describe.each(pairs)('the validator of $name', ({ schema, validator }) => {
  it('agrees with the contract on a good value and on everything that can be wrong with it', () => {
    for (const sample of sampleOf(schema)) {
      expect(schema.safeParse(sample).error).toBeUndefined();
      let checked = 0;
      for (const { value, change } of mutations(sample)) {
        let problem: string | undefined;
        const valid = validator(value, (text) => {
          problem = text;
        });
        expect(valid, `${change}: ${problem ?? ''}`).toBe(schema.safeParse(value).success);
        expect(problem === undefined, change).toBe(valid);
        checked += 1;
      }
      expect(checked).toBeGreaterThan(5);
    }
  });
});

describe('the generated types', () => {
  it('are those of the contracts', () => {
    expectTypeOf<messages.EndpointEvent>().toEqualTypeOf<contracts.EndpointEvent>();
    expectTypeOf<messages.ControlEvent>().toEqualTypeOf<contracts.ControlEvent>();
    expectTypeOf<messages.Command>().toEqualTypeOf<contracts.Command>();
    expectTypeOf<messages.AskRequest>().toEqualTypeOf<contracts.AskRequest>();
    expectTypeOf<messages.EnrolAnswer>().toEqualTypeOf<contracts.EnrolAnswer>();
    expectTypeOf<messages.RenewAnswer>().toEqualTypeOf<contracts.RenewAnswer>();
    expectTypeOf<messages.PerformanceSample>().toEqualTypeOf<contracts.PerformanceSample>();
    expectTypeOf<messages.LiveMessage>().toEqualTypeOf<contracts.LiveMessage>();
  });
});
