const windowMs = 10_000;

/** How fast something goes on, over its last ten seconds. */
export class Pace {
  private marks: { readonly at: number; readonly count: number }[] = [];

  /** It has come to `count` at a time (Unix ms). */
  reached(count: number, at: number): void {
    const newest = this.marks.at(-1);
    // Begun anew: what was before says nothing.
    if (newest !== undefined && count < newest.count) this.marks = [];
    // A mark for each tenth of a second is enough.
    if (newest !== undefined && this.marks.length > 1 && at - (this.marks.at(-2)?.at ?? 0) < 100) this.marks.pop();
    this.marks.push({ at, count });
    while (this.marks.length > 2 && at - (this.marks[0]?.at ?? at) > windowMs) this.marks.shift();
  }

  /** 0 while that is not known. */
  perSecond(now: number): number {
    const [first] = this.marks;
    const last = this.marks.at(-1);
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return ((last.count - first.count) * 1000) / Math.max(1, now - first.at);
  }
}
