import type { PositionRange } from '@kanade/archive';

/** Positions, found in ascending order, as ranges. */
export class RangeList {
  private readonly found: { first: number; last: number }[] = [];

  add({ first, last }: PositionRange): void {
    const open = this.found.at(-1);
    if (open !== undefined && open.last + 1 === first) open.last = last;
    else this.found.push({ first, last });
  }

  get ranges(): readonly PositionRange[] {
    return this.found;
  }
}
