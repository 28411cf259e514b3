// A lab with wad installed by scripts/install, or as the test says, and the simulator for its account to live in. The simulator runs in the
// test's own process, behind the machine's network: its phones are at hand, and they outlive a reboot.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Phone } from '../simulator/phone.js';
import { Simulator } from '../simulator/simulator.js';
import { Lab, noLab, ROOT } from './lab.js';

export const UNIT = 'wad@default.service';
export const PROFILE = '/var/lib/wad/default/auth/session-default';
const PREFERENCES = `${PROFILE}/Default/Preferences`;
/** Marks say that packages and build are newer than what they are made from: a test fetches and builds nothing. */
export const UP_TO_DATE = `touch ${ROOT}/node_modules/.package-lock.json ${ROOT}/build/.built`;
export const INSTALL = `${UP_TO_DATE} && ${ROOT}/scripts/install`;

/** Ten times what it takes on a machine that has nothing else to do. */
const TEST_MS = 900_000;
const PHONE_MS = 60_000;

export interface JournalRecord {
  readonly PRIORITY: string;
  readonly MESSAGE: string;
  readonly [field: string]: string;
}

export class Machine implements AsyncDisposable {
  readonly lab: Lab;
  readonly sim: Simulator;
  readonly phone: Phone;

  private constructor(lab: Lab, sim: Simulator) {
    this.lab = lab;
    this.sim = sim;
    this.phone = sim.createPhone({ number: '15550001111', pushname: 'Ada' });
  }

  static async start(install: string): Promise<Machine> {
    const sim = await Simulator.start();
    const lab = await Lab.start().catch(async (error) => {
      await sim.close();
      throw error;
    });
    const machine = new Machine(lab, sim);
    try {
      await lab.must(install);
      await machine.useSimulator();
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
    return machine;
  }

  /** The browser that knows no WhatsApp but the simulator's, with its sandbox on. */
  async useSimulator(etc = '/etc/wad'): Promise<void> {
    const { lab } = this;
    const wrapper = await this.sim.browserWrapper(lab.share, { sandbox: true });
    // The unit executes nothing outside of /usr.
    const path = `/usr/local/bin/${wrapper.slice(wrapper.lastIndexOf('/') + 1)}`;
    await lab.must(`install -m 755 /lab/${path.slice(path.lastIndexOf('/') + 1)} ${path}`);
    await lab.must(`printf '[browser]\\npath = "${path}"\\n' >${etc}/wad.toml`);
  }

  /** Starts the account if it does not run, links the phone if it is not linked, waits until it can send. */
  async ready(): Promise<void> {
    const { lab, phone, sim } = this;
    await lab.must(`systemctl start ${UNIT}`);
    if (phone.devices.length === 0) {
      await lab.must('wactl wait linking');
      await phone.scan(await sim.waitForQr({ timeoutMs: PHONE_MS }));
    }
    await lab.must('wactl wait ready');
  }

  property(name: string, unit = UNIT): Promise<string> {
    return this.lab.must(`systemctl show -P ${name} ${unit}`);
  }

  /** Whether there is such a file on the disk that this machine has written to; of a machine that may be down. */
  exists(path: string): boolean {
    return existsSync(join(this.lab.directory, 'disk/up', path));
  }

  /** How the browser ended, by its own word; of a machine that may be down. Null without a profile. */
  exitType(): string | null {
    const file = join(this.lab.directory, 'disk/up', PREFERENCES);
    if (!existsSync(file)) return null;
    const { profile } = JSON.parse(readFileSync(file, 'utf8')) as { profile?: { exit_type?: string } };
    return profile?.exit_type ?? null;
  }

  /** Locks that a browser in order takes along; of a machine that may be down. */
  leftInProfile(): string[] {
    const directory = join(this.lab.directory, 'disk/up', PROFILE);
    return existsSync(directory) ? readdirSync(directory).filter((name) => name.startsWith('Singleton')) : [];
  }

  /** What the journal has of the account's unit, oldest first. */
  async journal(options = ''): Promise<JournalRecord[]> {
    // What was logged before a state that is known by now may be on its way still.
    const out = await this.lab.must(`journalctl --sync && journalctl -u ${UNIT} -o json --all ${options}`);
    return out === '' ? [] : out.split('\n').map((line) => JSON.parse(line) as JournalRecord);
  }

  /** What the daemon itself has logged, oldest first. */
  async log(): Promise<Record<string, unknown>[]> {
    const all = await this.journal('-t wad');
    return all.flatMap(({ MESSAGE }) =>
      MESSAGE.startsWith('{') ? [JSON.parse(MESSAGE) as Record<string, unknown>] : [],
    );
  }

  /** Why the last stop was what it was, by the daemon's own word. */
  async lastStop(): Promise<{ session: unknown; why: unknown } | undefined> {
    const last = (await this.log()).findLast(({ event }) => event === 'daemon.stopping');
    return last && { session: last.session, why: last.why };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]().finally(() => this.sim.close());
  }
}

/** A test on a machine of its own. It is skipped where none can be booted. */
export function machineTest(
  name: string,
  act: (t: Test, machine: Machine) => Promise<void>,
  { install = INSTALL }: { install?: string } = {},
): void {
  t.setTimeout(2 * TEST_MS);
  t.test(name, { timeout: TEST_MS }, async (t) => {
    const why = await noLab();
    if (why !== null) return void t.plan(0, why);
    await using machine = await Machine.start(install);
    try {
      await act(t, machine);
    } finally {
      if (!t.passing()) t.comment((await machine.lab.run('journalctl -b --no-pager -n 120')).stdout);
    }
  });
}
