// Runs in the page, once per document: reports the answers to events, of others and of this account. Each new answer is
// written to the page's table of answers (WAWebAddonEventResponseTableMode, 2026-04-27), from where the library takes the
// votes in polls in the same way.
import type { AttendanceReport, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** An answer as the page has decrypted it (WAWebEventResponseMsgDataConversion). */
interface Answered {
  readonly id: Key;
  readonly parentMsgKey: Key;
  readonly eventResponse?: number;
  readonly senderTimestampMs?: number;
  readonly author?: PageWid | string;
  readonly from?: PageWid | string;
}
interface Key {
  readonly fromMe: boolean;
  readonly remote: PageWid | string;
  readonly id: string;
  readonly participant?: PageWid | string | null;
}

/** Returns false when this page has no answers to events. Nothing else depends on it. */
export function reportAttendance(): boolean {
  const marks = window.__wad;
  if (!marks || marks.reportsAttendance) return true;
  const ANSWERS = [null, 'going', 'not_going', 'maybe'] as const;
  const text = (wid: PageWid | string | null | undefined): string | null =>
    typeof wid === 'string' ? wid : typeof wid?._serialized === 'string' ? wid._serialized : null;
  const reportOf = (row: Answered): AttendanceReport | null => {
    const { id, parentMsgKey: parent, eventResponse, senderTimestampMs } = row;
    const answer = ANSWERS[eventResponse ?? 0] ?? null;
    const from = text(row.author ?? id.participant ?? row.from);
    const remote = text(parent.remote);
    if (answer === null || from === null || remote === null) return null;
    return {
      kind: 'attendance',
      event: { fromMe: parent.fromMe, remote, id: parent.id, participant: text(parent.participant) },
      from,
      fromMe: id.fromMe,
      answer,
      atMs: typeof senderTimestampMs === 'number' ? senderTimestampMs : null,
    };
  };
  type Table = { bulkUpsert(rows: Answered[], ...more: unknown[]): Promise<unknown> };
  let table: Table | undefined;
  try {
    table = window.require('WAWebAddonEventResponseTableMode').eventResponseTableMode as Table;
  } catch {
    return false;
  }
  if (typeof table?.bulkUpsert !== 'function') return false;
  const own = table.bulkUpsert;
  table.bulkUpsert = async function (this: unknown, rows, ...more) {
    const done = await own.call(table as Table, rows, ...more);
    for (const row of rows)
      try {
        const report = reportOf(row);
        if (report !== null) marks.report(report);
      } catch {
        // A row of another form.
      }
    return done;
  };
  marks.reportsAttendance = true;
  return true;
}
