/** The town's clock, for people. @module */

/** Day (from 1) and time of day of a tick: `day 2 07:30`. */
export function clockText(tick: number, ticksPerDay: number): string {
  const day = Math.floor(tick / ticksPerDay) + 1;
  const minutes = Math.floor((tick % ticksPerDay) / ticksPerDay * 1440);
  const two = (value: number) => String(value).padStart(2, "0");
  return `day ${day} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
