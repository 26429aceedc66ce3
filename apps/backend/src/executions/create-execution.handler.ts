import { formatPosition, parseDuration } from '@kanade/contracts';
import type { Execute, ExecuteShape, SecretUse } from '@kanade/contracts';
import { decideExecution, maxBlock } from '@kanade/domain';
import type { Decision, RequestExecution } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { principalText } from '../accounts/principal.ts';
import { limitedTo } from '../accounts/tokens/job-limits.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { executionKind, jobKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import type { Loaded } from '../history/control-log.ts';
import { derivedId, newId } from '../history/uuid.ts';
import { SecretDelivery } from '../secrets/secret-delivery.ts';
import { checkContent } from './content-limits.ts';
import { Confirmations } from './confirmations.ts';
import { CreateExecutionCommand } from './create-execution.command.ts';
import type { CreateExecutionRequest, CreateExecutionResult } from './create-execution.command.ts';
import { ExecutionTargets } from './execution-targets.ts';
import { prepareContent, PrivateContents } from './private-content.ts';
import { isSameRequest } from './same-request.ts';

type ExecutionState = typeof executionKind.initial;

/** Commands are kept 35 days at most, so nothing may wait longer. */
const maxExpiry = 30 * 86_400_000;

interface What {
  readonly job: RequestExecution['job'];
  readonly execute: Execute;
  readonly secrets: readonly SecretUse[];
}

const toExecute = (shape: ExecuteShape, content: Pick<Execute, 'script' | 'env' | 'arguments'>): Execute => ({
  shell: shape.shell,
  timeout: `${shape.timeoutMs}ms`,
  runAs: shape.runAs,
  ...(shape.cwd === null ? {} : { cwd: shape.cwd }),
  script: content.script,
  env: content.env,
  arguments: content.arguments,
});

@CommandHandler(CreateExecutionCommand)
export class CreateExecutionHandler implements ICommandHandler<CreateExecutionCommand> {
  constructor(
    private readonly broker: Broker,
    private readonly log: ControlLog,
    private readonly clock: Clock,
    private readonly contents: PrivateContents,
    private readonly targets: ExecutionTargets,
    private readonly delivery: SecretDelivery,
    private readonly confirmations: Confirmations,
  ) {}

  async execute({ principal, asker, request, idempotencyKey }: CreateExecutionCommand): Promise<CreateExecutionResult> {
    const now = this.clock.now();
    const id = idempotencyKey === undefined ? newId(now) : derivedId('execution', principalText(principal), idempotencyKey);
    if (idempotencyKey !== undefined) {
      const before = await this.log.load(executionKind, id);
      if (before.state.requested !== null) {
        await this.checkSame(request, before.state);
        return this.answer(id, before);
      }
    }
    const { job, execute, secrets } = await this.resolveWhat(request.what);
    if (parseDuration(request.expiresIn) > maxExpiry) {
      throw new DomainError('invalid-request', 'runs may wait 30 days at most', { errors: [{ path: 'expiresIn', message: 'must be at most 30d' }] });
    }
    await this.delivery.check(secrets);
    const endpointIds = await this.targets.resolve(limitedTo(principal, job?.id ?? null), request.targets);
    const expiresAt = now + parseDuration(request.expiresIn);
    const targetCount = endpointIds.length;
    const confirmation = await this.confirmations.of({ principal, asker, confirm: request.confirm, targetCount, expiresAt });
    const prepared = prepareContent(execute);
    const command: RequestExecution = {
      type: 'request',
      executionId: id,
      job,
      execute: prepared.shape,
      scriptDigest: prepared.scriptDigest,
      selector: request.targets.kind === 'endpoints' ? { kind: 'endpoints', count: Math.max(1, endpointIds.length) } : request.targets,
      expiresAt: new Date(expiresAt).toISOString(),
      supersede: request.supersede,
      ...(secrets.length === 0 ? {} : { secrets: [...secrets] }),
      ...(confirmation === undefined ? {} : { confirmation }),
      targets: endpointIds.map((endpointId) => ({ endpointId, runId: derivedId('run', id, endpointId, '1') })),
    };
    const decide = async (state: ExecutionState): Promise<Decision> => {
      // Another request with the same key came first: what it made is this one's answer too, if it asked for the same.
      if (state.requested !== null && idempotencyKey !== undefined) {
        await this.checkSame(request, state);
        return { kind: 'accepted', events: [] };
      }
      return decideExecution(command, state);
    };
    return this.answer(id, await this.log.decide(executionKind, id, { principal, privatePart: prepared.privatePart, decide, now }));
  }

  private async resolveWhat(what: CreateExecutionRequest['what']): Promise<What> {
    if (what.kind === 'script') {
      checkContent(what.execute, 'what.execute');
      return { job: null, execute: what.execute, secrets: [] };
    }
    // From the record, not the read model: a job applied a moment ago can be run at once.
    const { state } = await this.log.load(jobKind, what.jobId);
    const version = state.current === null ? undefined : state.versions.get(state.current);
    if (version === undefined || state.current === null) {
      throw new DomainError('not-found', `there is no job ${what.jobId}`, { errors: [{ path: 'what.jobId', message: 'apply the job first' }] });
    }
    const content = await this.contents.read(version.eventId);
    if (content === null) throw new DomainError('not-found', `the script of job ${what.jobId} has been erased; apply it again under a new version`);
    return { job: { id: what.jobId, version: state.current }, execute: toExecute(version.execute, content), secrets: version.secrets };
  }

  private async checkSame(request: CreateExecutionRequest, state: ExecutionState): Promise<void> {
    const content = state.requested === null ? null : await this.contents.read(state.requested.id);
    if (!isSameRequest(request, state, content)) {
      throw new DomainError('idempotency-conflict', 'this Idempotency-Key was used for another execution; use a new key');
    }
  }

  /** The same however much later it is asked for: the request and its targets were appended together, one after the other. */
  private answer(id: string, { state, firstSequence }: Loaded<ExecutionState>): CreateExecutionResult {
    const targetCount = state.targets.size;
    const sequence = firstSequence + Math.ceil(targetCount / maxBlock);
    const { approval } = state;
    return { executionId: id, targetCount, approvalUntil: approval === null ? null : new Date(approval.until).toISOString(), position: formatPosition({ incarnation: this.broker.get().events.incarnation, sequence }) };
  }
}
