/** Repeated starts and stops: each stop is in time, and nothing accumulates. WAD_CYCLES sets the number. */
import { machineTest, PROFILE, UNIT } from './machine.js';

const CYCLES = Number(process.env.WAD_CYCLES ?? 50);
/** The last stop of each group unlinks, the others keep the session. */
const GROUP = 5;

/** The contract's limit for a stop with nothing in flight, ms. The durations are only printed. */
const STOP_MS = 20_000;
/** A link that is seconds old may exist in the browser's memory only, and the stop waits for it. */
type How = 'keep' | 'keep of a fresh link' | 'logout';

/** Measures the time from the command to its return, on the machine itself. */
const STOP = `from=$(date +%s%N); systemctl stop ${UNIT}; echo $((($(date +%s%N) - from) / 1000000))`;
const KEEP = `touch /run/wad-no-logout; ${STOP}; rm /run/wad-no-logout`;

machineTest(`${CYCLES} cycles of start and stop`, async (t, machine) => {
  const { lab, phone } = machine;
  const took: Record<How | 'start', number[]> = {
    keep: [],
    'keep of a fresh link': [],
    logout: [],
    start: [],
  };
  for (let n = 1; n <= CYCLES; n++) {
    const isFresh = phone.devices.length === 0;
    const how: How = n % GROUP === 0 || n === CYCLES ? 'logout' : isFresh ? 'keep of a fresh link' : 'keep';
    const device = phone.devices[0]?.id;
    const startedAt = performance.now();
    await machine.ready();
    if (!isFresh) took.start.push(performance.now() - startedAt);
    if (device !== undefined) t.equal(phone.devices[0]?.id, device, `cycle ${n}: the same link`);

    const ms = Number((await lab.must(how === 'logout' ? STOP : KEEP)).split('\n')[0]);
    took[how].push(ms);
    t.ok(ms <= STOP_MS, `cycle ${n}: ${how} within ${STOP_MS} ms: ${ms} ms`);
    t.equal(await machine.property('Result'), 'success');
    t.equal((await lab.run('pgrep -a -u wad')).stdout, '', `cycle ${n}: no process is left`);
    t.equal(
      (await lab.run('ls -d /run/wad/default /var/lib/wad/default/auth/*.lock 2>/dev/null')).stdout,
      '',
      `cycle ${n}: neither socket nor lock is left`,
    );
    t.same(machine.leftInProfile(), []);
    t.equal(machine.exists(PROFILE), how !== 'logout', `cycle ${n}: the session is ${how}`);
    t.equal(phone.devices.length, how === 'logout' ? 0 : 1);
    if (how !== 'logout') t.equal(machine.exitType(), 'Normal');
  }
  for (const [what, all] of Object.entries(took)) {
    if (all.length === 0) continue;
    const sorted = all.map(Math.round).sort((a, b) => a - b);
    t.comment(
      `${what}: ${all.length} times, median ${sorted[sorted.length >> 1]} ms, maximum ${sorted.at(-1)} ms`,
    );
  }
  t.equal(await lab.must(`journalctl -u ${UNIT} -p err -o cat`), '', 'there was no alert');
  t.equal(await machine.property('NRestarts'), '0');
});
