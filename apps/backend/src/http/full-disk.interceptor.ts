import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { filter, map, race, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { DomainError } from '../domain-error.ts';
import { Disk } from '../system/disk.ts';

/** A request that is not done by then, while there is no room, waits for a broker that cannot store what it was given. */
const patienceMs = 2000;
const againMs = 250;

/** The refusal of everything that has to be stored. */
export const diskFull = (cause?: unknown): DomainError =>
  new DomainError('storage-full', 'the disk has no room left; free some, and try again: everything goes on by itself once there is room', { retryable: true, ...(cause === undefined ? {} : { cause }) });

/** At a full disk the broker answers nothing at all: whoever asks for a change is told why, instead of being kept waiting. */
@Injectable()
export class FullDiskInterceptor implements NestInterceptor {
  constructor(private readonly disk: Disk) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { method } = context.switchToHttp().getRequest<FastifyRequest>();
    if (method === 'GET' || method === 'HEAD') return next.handle();
    const full = timer(patienceMs, againMs).pipe(
      filter(() => this.disk.full),
      map((): never => {
        throw diskFull();
      }),
    );
    return race(next.handle(), full);
  }
}
