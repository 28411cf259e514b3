// Numbers, sizes and times as people read them.

/** An id or digits as a number with `+`; other ids as they are. */
export function person(id: string): string {
  const digits = /^(\d+)(?:@c\.us)?$/.exec(id)?.[1];
  return digits === undefined ? id : `+${digits}`;
}

export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  if (size < 1_000_000) return `${Math.round(size / 1_000)} kB`;
  return `${(size / 1_000_000).toFixed(size < 10_000_000 ? 1 : 0)} MB`;
}

/** The length of time in its largest unit: `12 s`, `3 min`, `5 h`, `2 days`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000));
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} min`;
  if (s < 172_800) return `${Math.floor(s / 3_600)} h`;
  return `${Math.floor(s / 86_400)} days`;
}

/** Date and time, without the date when it is today. */
export function clock(time: string, now = new Date()): string {
  const at = new Date(time);
  const isToday = at.toDateString() === now.toDateString();
  return isToday ? at.toLocaleTimeString() : at.toLocaleString();
}
