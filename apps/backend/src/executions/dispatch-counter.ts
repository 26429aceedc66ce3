import { Injectable } from '@nestjs/common';

/** How many run commands this process has put into queues. */
@Injectable()
export class DispatchCounter {
  private total = 0;

  add(count: number): void {
    this.total += count;
  }

  get count(): number {
    return this.total;
  }
}
