const minuteMs = 60_000;
/** Past this many keys the oldest is forgotten, and may be told again before its time. */
const remembered = 10_000;

/** Says of each thing at most once in a minute that it may be told, so that who repeats it does not fill the log. */
export class Seldom {
  private readonly lastAt = new Map<string, number>();

  may(key: string, now = Date.now()): boolean {
    const last = this.lastAt.get(key);
    if (last !== undefined && now - last < minuteMs) return false;
    // Anew at the end, so that the first is the oldest.
    this.lastAt.delete(key);
    this.lastAt.set(key, now);
    const [oldest] = this.lastAt.keys();
    if (this.lastAt.size > remembered && oldest !== undefined) this.lastAt.delete(oldest);
    return true;
  }
}
