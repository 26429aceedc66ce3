import * as contracts from '@kanade/contracts';
import type { z } from 'zod';

/** What a schema of the contracts becomes: a named type, and a validator where something reads it from a wire. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: z.ZodType;
}

/** An event or command: one shape of a union that is told apart by `type`. */
export interface TypedSchema extends NamedSchema {
  readonly type: string;
}

/** The name of an event's or command's type: `kanade.run.finished.v1` is `RunFinished`; later versions keep their number. */
export function nameOfType(type: string): string {
  const [, topic = '', verb = '', version = 'v1'] = type.split('.');
  const pascal = [...topic.split('-'), ...verb.split('-')].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return version === 'v1' ? pascal : `${pascal}${version.toUpperCase()}`;
}

const typed = (schemas: readonly (z.ZodObject<{ type: z.ZodLiteral<string> }>)[]): TypedSchema[] =>
  schemas.map((schema) => {
    const type = schema.shape.type.value;
    return { name: nameOfType(type), schema, type };
  });

export const endpointEvents = typed(contracts.endpointEventSchemas);
export const controlEvents = typed(contracts.controlEventSchemas);

/** Everything else that crosses the broker or the live socket, each with its own validator. */
export const messages: readonly NamedSchema[] = [
  { name: 'AnyEvent', schema: contracts.anyEventSchema },
  { name: 'RunCommand', schema: contracts.runCommandSchema },
  { name: 'CancelCommand', schema: contracts.cancelCommandSchema },
  { name: 'Command', schema: contracts.commandSchema },
  { name: 'ExecutePrivate', schema: contracts.executePrivateSchema },
  { name: 'AskRequest', schema: contracts.askRequestSchema },
  { name: 'AskAnswer', schema: contracts.askAnswerSchema },
  { name: 'PresenceBeat', schema: contracts.presenceBeatSchema },
  { name: 'PerformanceSample', schema: contracts.performanceSampleSchema },
  { name: 'DesiredState', schema: contracts.desiredStateSchema },
  { name: 'Keyset', schema: contracts.keysetSchema },
  { name: 'SignedKeyset', schema: contracts.signedKeysetSchema },
  { name: 'EnrolmentToken', schema: contracts.enrolmentTokenSchema },
  { name: 'EnrolRequest', schema: contracts.enrolRequestSchema },
  { name: 'EnrolBody', schema: contracts.enrolBodySchema },
  { name: 'EnrolAnswer', schema: contracts.enrolAnswerSchema },
  { name: 'Checkpoint', schema: contracts.checkpointSchema },
  { name: 'RenewRequest', schema: contracts.renewRequestSchema },
  { name: 'RenewAnswer', schema: contracts.renewAnswerSchema },
  { name: 'IdentityRefusal', schema: contracts.identityRefusalSchema },
  { name: 'LiveRequest', schema: contracts.liveRequestSchema },
  { name: 'LiveMessage', schema: contracts.liveMessageSchema },
  { name: 'Problem', schema: contracts.problemSchema },
];

/** Parts with a name of their own, so that types and validators share them instead of repeating them. */
export const parts: readonly NamedSchema[] = [
  { name: 'EndpointId', schema: contracts.endpointIdSchema },
  { name: 'JobId', schema: contracts.jobIdSchema },
  { name: 'ExecutionId', schema: contracts.executionIdSchema },
  { name: 'RunId', schema: contracts.runIdSchema },
  { name: 'EventId', schema: contracts.eventIdSchema },
  { name: 'Position', schema: contracts.positionSchema },
  { name: 'Time', schema: contracts.timeSchema },
  { name: 'Sha256', schema: contracts.sha256Schema },
  { name: 'Shell', schema: contracts.shellSchema },
  { name: 'RunState', schema: contracts.runStateSchema },
  { name: 'EndpointStatus', schema: contracts.endpointStatusSchema },
  { name: 'EndpointStanding', schema: contracts.endpointStandingSchema },
  { name: 'ProblemCode', schema: contracts.problemCodeSchema },
  { name: 'Role', schema: contracts.roleSchema },
  { name: 'Grant', schema: contracts.grantSchema },
  { name: 'OperatingSystem', schema: contracts.osSchema },
  { name: 'ExecuteShape', schema: contracts.executeShapeSchema },
  { name: 'OutputSummary', schema: contracts.outputSummarySchema },
  { name: 'RunReason', schema: contracts.runReasonSchema },
  { name: 'Hardware', schema: contracts.hardwareSchema },
  { name: 'OsDetail', schema: contracts.osDetailSchema },
  { name: 'Disk', schema: contracts.diskSchema },
  { name: 'Filesystem', schema: contracts.filesystemSchema },
  { name: 'NetworkInterface', schema: contracts.networkInterfaceSchema },
  { name: 'InstalledPackage', schema: contracts.installedPackageSchema },
  { name: 'LiveTopic', schema: contracts.liveTopicSchema },
];

/** Every named schema, in the order the generated files list them. */
export const allSchemas: readonly NamedSchema[] = [...parts, ...endpointEvents, ...controlEvents, ...messages];
