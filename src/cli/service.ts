// Starts and stops the service of an account through systemctl, of the machine or of this user.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../protocol/fault.js';
import { thisMachine } from '../socket/this-machine.js';
import { onPath } from './program.js';

/** Exists while services are stopped without unlinking their phones; systemd/stop-intent checks it. */
const KEEP_LINKS = '/run/wad-no-logout';

export class Service {
  readonly unit: string;
  readonly configFile: string;
  /** Outbox, journal and session. */
  readonly stateDir: string;
  readonly #account: string;
  readonly #isUser: boolean;

  private constructor(account: string, isUser: boolean) {
    const { env, home } = thisMachine();
    this.#account = account;
    this.#isUser = isUser;
    this.unit = `wad@${account}.service`;
    const etc = isUser ? join(env.XDG_CONFIG_HOME || join(home, '.config'), 'wad') : '/etc/wad';
    const state = isUser ? join(env.XDG_STATE_HOME || join(home, '.local/state'), 'wad') : '/var/lib/wad';
    this.configFile = join(etc, `${account}.toml`);
    this.stateDir = join(state, account);
  }

  /**
   * The service of the machine if it is installed, else this user's.
   * @param isUser this user's in any case
   * @throws Fault usage: systemd does not know the unit
   */
  static of(account: string, isUser: boolean): Service {
    const managers = isUser || thisMachine().uid === 0 ? [isUser] : [false, true];
    const found = onPath('systemctl') && managers.find((user) => knows(user));
    if (typeof found === 'boolean') return new Service(account, found);
    throw new Fault('usage', {
      reason: `account: systemd has no unit wad@.service${isUser ? ' of this user' : ''}`,
      hint: isUser
        ? 'scripts/install --user'
        : `sudo scripts/install, or without systemd: wad --account ${account}`,
    });
  }

  /** True if it starts at boot, runs, or is about to. */
  get isPresent(): boolean {
    return this.#quiet('is-enabled') || this.#quiet('is-active');
  }

  /** Enables it and starts it. @throws (rejects) Fault internal: systemctl has said why */
  enable(): Promise<void> {
    return this.#run('enable', '--now');
  }

  /**
   * Disables it and stops it, without unlinking the phone. A user's service never unlinks.
   * @throws (rejects) Fault permission_denied, internal
   */
  async disable(): Promise<void> {
    if (this.#isUser) return this.#run('disable', '--now');
    // Somebody else's mark, such as that of a backup, stays.
    const isOurs = !existsSync(KEEP_LINKS);
    try {
      if (isOurs) writeFileSync(KEEP_LINKS, '');
    } catch {
      throw new Fault('permission_denied', {
        reason: 'account: only root can stop the service without unlinking the phone',
        hint: `sudo wactl account remove ${this.#account}`,
      });
    }
    try {
      await this.#run('disable', '--now');
    } finally {
      if (isOurs) rmSync(KEEP_LINKS, { force: true });
    }
  }

  /** Creates an empty configuration, if there is none and this user may. @returns whether it did */
  configure(): boolean {
    if (existsSync(this.configFile)) return false;
    try {
      writeFileSync(this.configFile, `# Settings of the account ${this.#account}: see wad.toml(5).\n`, {
        flag: 'wx',
        mode: 0o644,
      });
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Removes configuration and state.
   * @returns what was removed
   * @throws Fault permission_denied
   */
  purge(): string[] {
    const there = [this.configFile, this.stateDir].filter((path) => existsSync(path));
    try {
      for (const path of there) rmSync(path, { recursive: true });
    } catch (error) {
      throw new Fault('permission_denied', {
        reason: `account: cannot remove ${this.stateDir}: ${(error as Error).message}`,
        hint: `sudo wactl account remove ${this.#account} --purge`,
      });
    }
    return there;
  }

  #quiet(verb: string): boolean {
    const line = [...(this.#isUser ? ['--user'] : []), verb, '--quiet', this.unit];
    return spawnSync('systemctl', line, { stdio: 'ignore' }).status === 0;
  }

  /** systemctl may ask for a password, and prints its errors on our stderr. Nothing of it goes to our stdout. */
  #run(verb: string, ...more: string[]): Promise<void> {
    const line = [...(this.#isUser ? ['--user'] : []), verb, ...more, '--quiet', this.unit];
    return new Promise((resolve, reject) => {
      const child = spawn('systemctl', line, { stdio: ['inherit', 2, 2] });
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === 0) resolve();
        else
          reject(
            new Fault('internal', {
              reason: `account: systemctl ${line.join(' ')} failed`,
              hint: `systemctl ${this.#isUser ? '--user ' : ''}status ${this.unit}`,
            }),
          );
      });
    });
  }
}

/** Whether the manager has the template of the unit. */
const knows = (isUser: boolean): boolean =>
  spawnSync('systemctl', [...(isUser ? ['--user'] : []), 'cat', 'wad@.service'], { stdio: 'ignore' })
    .status === 0;
