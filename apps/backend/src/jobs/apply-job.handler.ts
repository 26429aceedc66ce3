import { settleSecret } from '@kanade/contracts';
import { decideApplyJob } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { checkContent } from '../executions/content-limits.ts';
import { prepareContent, PrivateContents } from '../executions/private-content.ts';
import { jobKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { ApplyJobCommand } from './apply-job.command.ts';
import type { ApplyJobResult } from './apply-job.command.ts';

@CommandHandler(ApplyJobCommand)
export class ApplyJobHandler implements ICommandHandler<ApplyJobCommand> {
  constructor(
    private readonly log: ControlLog,
    private readonly contents: PrivateContents,
  ) {}

  async execute({ principal, jobId, request }: ApplyJobCommand): Promise<ApplyJobResult> {
    checkContent(request.execute, 'execute');
    const prepared = prepareContent(request.execute);
    const { events, state, position } = await this.log.decide(jobKind, jobId, {
      principal,
      privatePart: prepared.privatePart,
      decide: async (before) => {
        const version = before.versions.get(request.version);
        return decideApplyJob(
          {
            jobId,
            version: request.version,
            description: request.description,
            execute: prepared.shape,
            content: prepared.content,
            scriptDigest: prepared.scriptDigest,
            scriptBytes: prepared.scriptBytes,
            secrets: request.secrets.map(settleSecret),
            registered: version === undefined ? undefined : await this.contents.read(version.eventId),
          },
          before,
        );
      },
    });
    if (events.length === 0) return { outcome: 'unchanged', position };
    return { outcome: state.versions.size > 1 ? 'updated' : 'created', position };
  }
}
