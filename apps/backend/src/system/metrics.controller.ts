import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs } from '../http/needs.decorator.ts';
import { Metrics } from './metrics.ts';

@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Needs('system:read')
  async get(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.metrics.text();
    await reply.type(this.metrics.contentType).send(text);
  }
}
