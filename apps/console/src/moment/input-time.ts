const two = (value: number): string => String(value).padStart(2, '0');

/** A time (Unix ms) as a `datetime-local` field has it: of this browser's zone, to the second. */
export function toInput(time: number): string {
  const date = new Date(time);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** What stands in a `datetime-local` field as Unix ms; undefined while it is no whole time. */
export function fromInput(text: string): number | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
