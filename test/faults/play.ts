// Runs rows of the table for real and checks the promised result: the expected state within its time, the
// same link, one browser, and one report of each incident.
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import type { WireEvent } from '../../src/protocol/events/index.js';
import type { StateName } from '../../src/protocol/state.js';
import { eventually } from '../harness/eventually.js';
import type { Row } from './row.js';
import { Scene, type SceneOptions } from './scene.js';
import { CAN_MOUNT } from './small-disk.js';
import * as table from './table.js';

const TABLE: readonly Row[] = Object.values(table).flat();

/** A start waits up to ten seconds until the lock of a dead daemon is stale. */
const NEXT_S = 30;

/**
 * Makes one test for each row, all on one scene. WAD_FAULT selects the rows whose name contains it, and
 * WAD_FAULT_ROUNDS repeats all of them that many times.
 */
export function play(rows: readonly Row[], options: SceneOptions = {}): void {
  const { WAD_FAULT: only = '', WAD_FAULT_ROUNDS: rounds = '1' } = process.env;
  const wanted = rows.filter((row) => isNamed(row, only));
  const eachMs = wanted.map(({ within }) => 60_000 + 2_000 * within);
  t.setTimeout(60_000 + Number(rounds) * eachMs.reduce((sum, ms) => sum + ms, 0));
  t.test('the table of faults', async (t) => {
    if (!TABLE.some((row) => isNamed(row, only)))
      return void t.fail(`no row of the table has "${only}" in its name`);
    if (wanted.length === 0) return void t.plan(0, `no row here has "${only}" in its name`);
    if (options.diskMb !== undefined && !CAN_MOUNT)
      return void t.plan(0, 'needs root, to mount a small disk');
    await using scene = await Scene.open(options);
    for (let round = 1; round <= Number(rounds); round++)
      for (const row of wanted)
        await t.test(`${row.given.name}: ${row.name}`, { skip: row.needs ?? false }, async (t) => {
          await playRow(t, scene, row).catch((error: Error) => t.fail(error.message.split('\n')[0] ?? ''));
          if (t.passing()) return;
          t.comment(scene.tail());
          await scene.wreck();
        });
    t.same(await scene.rest(), [], 'the last daemon leaves nothing behind');
  });
}

const isNamed = ({ name, given }: Row, text: string): boolean => `${given.name}: ${name}`.includes(text);

async function playRow(t: Test, scene: Scene, row: Row): Promise<void> {
  t.same(await scene.prepare(row.given), [], 'the previous daemon left nothing behind');
  const device = scene.phone.devices[0]?.id;
  const clock = new Clock(t, scene, row);
  await row.do(scene);
  const { end } = row.expect;
  if (row.given.state === null) await scene.start(row.given, typeof end === 'string');
  if (end === 'next' || typeof end === 'object') await playEnd(t, scene, row, clock, device);
  else await playOn(t, scene, row, clock, device);
  t.comment(scene.words.join(', '));
}

/** The time limits of a row. */
class Clock {
  readonly #t: Test;
  readonly #scene: Scene;
  readonly #withinS: number;
  #startedAt = performance.now();

  constructor(t: Test, scene: Scene, { within }: Row) {
    this.#t = t;
    this.#scene = scene;
    this.#withinS = within;
  }

  restart(): void {
    this.#startedAt = performance.now();
  }

  /** Records a step, and checks that it came in time. */
  reached(what: string, withinS = this.#withinS): void {
    const s = (performance.now() - this.#startedAt) / 1_000;
    this.#scene.words.push(`${what} after ${s.toFixed(1)} s`);
    this.#t.ok(s <= withinS, `${what} within ${withinS} s: ${s.toFixed(1)} s`);
  }
}

/** The daemon ends or was killed. The next daemon shows what is left of its session. */
async function playEnd(
  t: Test,
  scene: Scene,
  row: Row,
  clock: Clock,
  device: string | undefined,
): Promise<void> {
  const { given, expect, within, mend, also, rough } = row;
  if (typeof expect.end === 'object') {
    const { code } = await scene.wad.ended(performance.now(), within * 1_000);
    t.equal(code, expect.end.exit, scene.wad.stderr);
    clock.reached('ended');
    t.same(await leftBehind(scene, row), [], 'the daemon left nothing behind');
    await scene.gone();
  } else {
    scene.struck();
    // A frozen browser does not notice the daemon's end; the next daemon must find it.
    if (!rough) {
      await scene.gone();
      clock.reached('the browser has ended');
    }
  }
  await also?.(scene);
  await sameTold(t, scene, row);
  await mend?.(scene);
  if (expect.link === 'gone') return void t.notOk(scene.hasSession, 'the session was removed');
  await scene.calm();
  clock.restart();
  await scene.start(given.next === 'stopped' ? given : {});
  await scene.wad.until(given.next);
  clock.reached(`the next daemon ${given.next}`, NEXT_S);
  if (given.next === 'ready') await works(t, scene, { device, after: scene.wad.startedAfter });
}

/** The daemon keeps running: it reports the fault and recovers, or nothing happens at all. */
async function playOn(
  t: Test,
  scene: Scene,
  row: Row,
  clock: Clock,
  device: string | undefined,
): Promise<void> {
  const { expect, within, mend, also } = row;
  const { wad, mark } = scene;
  const timeoutMs = within * 1_000;
  scene.struck();
  if (expect.via === null) {
    for (const reason of expect.alerts)
      await wad.event('alert', (data) => data.reason === reason, { after: mark, timeoutMs });
    if (expect.alerts.length > 0) clock.reached('reported');
    await twoLooks(scene);
    await mend?.(scene);
    const moved = (await wad.events('state')).filter(({ cursor }) => cursor > mark);
    t.same(moved, [], 'the state is unchanged');
  } else {
    const { status, reason } = expect.via;
    const fits = (data: { status?: unknown; reason?: unknown }) =>
      data.status === status && (reason === undefined || data.reason === reason);
    let after = mark;
    if (expect.unkept) await eventually(async () => fits(await wad.status()), `${status}`, timeoutMs);
    else after = (await wad.event('state', fits, { after, timeoutMs })).cursor;
    clock.reached(`${status}${reason ? `/${reason}` : ''}`);
    if (mend) {
      clock.restart();
      await mend(scene);
    }
    if (status !== expect.end) await wad.became(expect.end as StateName, { after, timeoutMs });
    clock.reached(String(expect.end));
    if (expect.unkept) await eventually(() => keptSomeOf(scene), 'the alert, or a gap');
  }
  await also?.(scene);
  if (expect.link === 'gone') {
    t.match(await wad.status(), { session: { hasSession: false }, hint: /^wactl .*\bqr$/ });
    t.equal((await scene.home.browsers()).length, 1, 'there is one browser');
    scene.phone.unlink();
    await wad.link(scene.phone);
    scene.used();
  } else await works(t, scene, { device, after: mark });
  await sameTold(t, scene, row);
}

/** The journal has the alert if the browser's end made room for it, else a gap. */
async function keptSomeOf({ wad, mark }: Scene): Promise<boolean> {
  const kept = [...(await wad.events('alert')), ...(await wad.events('gap'))];
  return kept.some(({ cursor }) => cursor > mark);
}

/** Lists what the daemon wrongly left behind after its end. */
async function leftBehind(scene: Scene, { expect, rough }: Row): Promise<string[]> {
  const left = await scene.wad.leftBehind({ profile: expect.link === 'gone' ? 'gone' : 'kept' });
  return left.filter(
    (wrong) =>
      !scene.isOld(wrong) &&
      !(rough && /^exit_type|Singleton/.test(wrong)) &&
      // A daemon that could not work may leave messages and locks; the row checks those itself.
      !(
        typeof expect.end === 'object' &&
        expect.end.exit !== 0 &&
        /^exit status|^stderr|^exit_type|lock|holder/.test(wrong)
      ),
  );
}

/** Waits for two checks by the monitor after the fault, if it checks in this state. */
async function twoLooks({ wad }: Scene): Promise<void> {
  for (let n = 0; n < 2; n++) {
    const { lastCheckAt } = (await wad.status()).monitor;
    await eventually(async () => (await wad.status()).monitor.lastCheckAt !== lastCheckAt, 'a check', 60_000);
  }
}

/** Processes that were stopped by a signal and not continued. */
const frozen = async ({ home }: Scene) =>
  (await home.processes()).filter(({ pid }) => /^State:\s+T/m.test(statusOf(pid)));

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return '';
  }
}

/** Ready over the same link, in one browser; one message is sent and one received, each once. */
async function works(
  t: Test,
  scene: Scene,
  { device, after }: { device: string | undefined; after: number },
): Promise<void> {
  const { wad, home, phone, contact } = scene;
  t.match(await wad.status(), {
    status: 'ready',
    reason: 'none',
    reconnectAttempts: 0,
    nextAttemptAt: null,
    session: { hasSession: true, connected: true, phone: phone.number },
    outbox: { unknown: 0, failed: 0 },
  });
  t.equal((await home.browsers()).length, 1, 'there is one browser');
  t.same(await frozen(scene), [], 'no process of an earlier browser is left frozen');
  if (device !== undefined)
    t.same(
      phone.devices.map(({ id }) => id),
      [device],
      'the link is the same',
    );
  const fresh = (events: WireEvent[]) => events.filter(({ cursor }) => cursor > after);
  t.same(fresh(await wad.events('qr')), [], 'no QR was shown');

  const text = `message ${++messages}`;
  const sent = await wad.request('message.send', { to: contact.number, text });
  t.match(await wad.request('message.wait', { id: sent.id, for: 'delivered', timeoutMs: 30_000 }), {
    error: null,
  });
  t.equal(contact.received.filter(({ body }) => body === text).length, 1, 'the message was sent once');
  const id = await contact.send(`to ${text}`, { to: phone.number });
  await wad.event('message', ({ messageId }) => messageId === id);
  const came = (await wad.events('message')).filter(({ data }) => data.messageId === id);
  t.equal(came.length, 1, 'the received message is reported once');
}
let messages = 0;

/** Each incident is one event and one line of level `err`, and nothing else has that level. */
async function sameTold(t: Test, { wad, logFrom }: Scene, { expect }: Row): Promise<void> {
  const found = () => wad.log.slice(logFrom).filter(({ level }) => level === 'error' || level === 'fatal');
  // Log lines arrive independently of events. A missing one fails below.
  await eventually(() => found().length >= expect.alerts.length, 'the lines', 2_000).catch(() => undefined);
  const errors = found();
  t.same(
    errors.map(({ event, reason }) => (event === 'session.alert' ? reason : event)),
    expect.alerts,
    'each incident is reported once',
  );
  t.ok(
    errors.every(({ hint }) => typeof hint === 'string'),
    'each incident has a command as a hint',
  );
}
