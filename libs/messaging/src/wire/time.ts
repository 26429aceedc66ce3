/** Unix ms of nanoseconds in decimal, cut off as a direct get's time is: as a number they would be rounded, one in some thousands to the next. */
export function wholeMilliseconds(nanoseconds: string): number {
  return Number(nanoseconds.slice(0, -6));
}
