import { Injectable } from '@nestjs/common';

/** The time, behind a class so that a test can pass a day in a moment. */
@Injectable()
export class Clock {
  /** Unix ms. */
  now(): number {
    return Date.now();
  }

  /** RFC 3339 in UTC. */
  iso(): string {
    return new Date(this.now()).toISOString();
  }
}
