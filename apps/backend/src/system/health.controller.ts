import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../http/public.decorator.ts';
import { Health } from './health.ts';

/** For supervisors and load balancers; says nothing that a stranger may not know. */
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get('live')
  @Public()
  live() {
    return { status: 'live' };
  }

  @Get('ready')
  @Public()
  ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const reasons = this.health.reasons();
    if (reasons.length === 0) return { status: 'ready', reasons };
    void reply.status(503).header('retry-after', '1');
    return { status: 'not-ready', reasons };
  }
}
