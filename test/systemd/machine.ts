// A lab with an installed wad and a simulator for its account.
// The simulator runs in the test's own process, outside the machine: the test controls its phones, and they
// survive a reboot. By default scripts/install installs wad.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Phone } from '../simulator/phone.js';
import { Simulator } from '../simulator/simulator.js';
import { Lab, noLab, ROOT } from './lab.js';

export const UNIT = 'wad@default.service';
export const PROFILE = '/var/lib/wad/default/auth/session-default';
const PREFERENCES = `${PROFILE}/Default/Preferences`;
/** These timestamps mark packages and build as up to date, so that a test downloads and builds nothing. */
export const UP_TO_DATE = `touch ${ROOT}/node_modules/.package-lock.json ${ROOT}/build/.built`;
export const INSTALL = `${UP_TO_DATE} && ${ROOT}/scripts/install`;

/** Ten times the duration on an idle machine. */
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

  /** Configures a browser that knows only the simulated WhatsApp, with its sandbox on. */
  async useSimulator(etc = '/etc/wad'): Promise<void> {
    const { lab } = this;
    const wrapper = await this.sim.browserWrapper(lab.share, { sandbox: true });
    // The unit executes nothing outside of /usr.
    const path = `/usr/local/bin/${wrapper.slice(wrapper.lastIndexOf('/') + 1)}`;
    await lab.must(`install -m 755 /lab/${path.slice(path.lastIndexOf('/') + 1)} ${path}`);
    await lab.must(`printf '[browser]\\npath = "${path}"\\n' >${etc}/wad.toml`);
  }

  /**
   * Starts the account if it is not running, links the phone if it is not linked, and waits until it can
   * send.
   */
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

  /** Whether the machine's disk contains the file. The machine may be down. */
  exists(path: string): boolean {
    return existsSync(join(this.lab.directory, 'disk/up', path));
  }

  /** The browser's own record of how it ended. Null without a profile. The machine may be down. */
  exitType(): string | null {
    const file = join(this.lab.directory, 'disk/up', PREFERENCES);
    if (!existsSync(file)) return null;
    const { profile } = JSON.parse(readFileSync(file, 'utf8')) as { profile?: { exit_type?: string } };
    return profile?.exit_type ?? null;
  }

  /** Lock files that a browser removes when it closes cleanly. The machine may be down. */
  leftInProfile(): string[] {
    const directory = join(this.lab.directory, 'disk/up', PROFILE);
    return existsSync(directory) ? readdirSync(directory).filter((name) => name.startsWith('Singleton')) : [];
  }

  /** The journal of the account's unit, oldest first. */
  async journal(options = ''): Promise<JournalRecord[]> {
    // Log lines of a state that is already known may still be in transit, hence --sync.
    const out = await this.lab.must(`journalctl --sync && journalctl -u ${UNIT} -o json --all ${options}`);
    return out === '' ? [] : out.split('\n').map((line) => JSON.parse(line) as JournalRecord);
  }

  /** The daemon's own log, oldest first. */
  async log(): Promise<Record<string, unknown>[]> {
    const all = await this.journal('-t wad');
    return all.flatMap(({ MESSAGE }) =>
      MESSAGE.startsWith('{') ? [JSON.parse(MESSAGE) as Record<string, unknown>] : [],
    );
  }

  /** The last stop and its reason, by the daemon's log. */
  async lastStop(): Promise<{ session: unknown; why: unknown } | undefined> {
    const last = (await this.log()).findLast(({ event }) => event === 'daemon.stopping');
    return last && { session: last.session, why: last.why };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]().finally(() => this.sim.close());
  }
}

/** A test on its own machine. It is skipped if none can be booted. */
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
