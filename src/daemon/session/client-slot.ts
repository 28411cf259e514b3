// Holds the current client: one at a time, each with its own browser. The next one is launched only when
// the previous one has ended. The profile is ours while we hold the lock, so other browsers on it are
// searched for only at a launch.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { chromeOptions, type Browser as FoundBrowser } from '../../config/browser.js';
import type { Config } from '../../config/keys.js';
import { availableMemory } from '../../local/memory-limit.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { ClientListener, PageError, WhatsAppClient } from '../../session/port.js';
import { diskFault } from '../../session-dir/disk-fault.js';
import type { SessionDir } from '../../session-dir/layout.js';
import { clearAfter, clearLeftovers } from '../../session-dir/leftovers.js';
import type { ClientOptions } from '../../whatsapp/client.js';
import { refuseFullDisk } from '../machine/free-space.js';
import type { AccountProxy } from './account-proxy.js';
import type { ProfileCopies } from './profile-copies.js';
import type { StartSteps } from './start-steps.js';

export interface ClientSlotOptions {
  readonly config: Config;
  readonly dir: SessionDir;
  readonly log: Log;
  readonly steps: StartSteps;
  /** The directory of message files. */
  readonly mediaDir: string;
  /** The file for a picture of a page that needs a person. */
  readonly pictureFile: string;
  readonly findBrowser: () => FoundBrowser;
  /** Called with each browser's process id before it opens the first page. */
  readonly onBrowser?: (pid: number) => void;
  /** Null: no copies of the profile are made. */
  readonly copies: ProfileCopies | null;
  /** Null: the browser reaches WhatsApp without a proxy. */
  readonly proxy: AccountProxy | null;
  readonly createClient: (options: ClientOptions, listener: ClientListener) => WhatsAppClient;
}

/**
 * A browser that cannot write to its profile does not start, or starts and loses its data.
 * @throws Fault permission_denied
 */
async function refuseReadOnly(profile: string): Promise<void> {
  await access(profile, constants.W_OK | constants.X_OK).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw diskFault(error, profile);
  });
}

/** Whole MB; infinite if it is unknown. */
const freeMemoryMb = async (): Promise<number> =>
  Math.floor(((await availableMemory()) ?? Number.POSITIVE_INFINITY) / 2 ** 20);

export class ClientSlot {
  readonly #options: ClientSlotOptions;
  #client: WhatsAppClient | null = null;
  #launched: { readonly path: string; readonly startedAtMs: number } | null = null;

  constructor(options: ClientSlotOptions) {
    this.#options = options;
  }

  /** The current client. @throws Fault not_ready when there is none */
  get client(): WhatsAppClient {
    if (this.#client === null) throw new Fault('not_ready');
    return this.#client;
  }

  /** Each is null without a browser, and until the browser has reported it. */
  get browser(): { pid: number | null; version: string | null; whatsappWeb: string | null } {
    const { browserPid = null, browserVersion = null, whatsappWeb = null } = this.#client ?? {};
    return { pid: browserPid, version: browserVersion, whatsappWeb };
  }

  get pageErrors(): readonly PageError[] {
    return this.#client?.pageErrors ?? [];
  }

  /** The page with all text made invisible; null without one, or when it does not answer. */
  async picture(): Promise<Uint8Array | null> {
    return (await this.#client?.picture().catch(() => null)) ?? null;
  }

  /** The running browser, or null. */
  get running(): { readonly pid: number; readonly path: string; readonly startedAtMs: number } | null {
    const pid = this.#client?.browserPid ?? null;
    return pid === null || this.#launched === null ? null : { pid, ...this.#launched };
  }

  /**
   * Starts a new client. Its outcome is reported to the listener, also when the browser cannot be
   * started. The slot must be empty.
   */
  async launch(expectsSession: boolean, listener: ClientListener): Promise<void> {
    const { config, dir, log, steps, mediaDir, findBrowser, createClient } = this.#options;
    const browser = findBrowser();
    if (!browser.found) {
      listener.event({ type: 'client.broken', reason: 'browser_missing', detail: browser.says });
      return;
    }
    try {
      await clearLeftovers(dir, { log });
      await refuseFullDisk(dir.dataPath);
      await refuseReadOnly(dir.profile);
    } catch (error) {
      const { kind, message } = Fault.of(error);
      const reason = kind === 'disk_full' ? 'disk_full' : 'launch_failed';
      listener.event({ type: 'client.broken', reason, detail: message });
      return;
    }
    const { minFreeMemoryMb } = config.browser;
    const freeMb = await freeMemoryMb();
    if (freeMb < minFreeMemoryMb) {
      const detail = `${freeMb} MB of memory are available, fewer than browser.minFreeMemoryMb = ${minFreeMemoryMb}`;
      listener.event({ type: 'client.broken', reason: 'memory_low', detail });
      return;
    }
    const { proxy } = this.#options;
    const switches = (await proxy?.open()) ?? [];
    await this.#options.copies?.launching();
    steps.done('checks');
    const chrome = chromeOptions(browser.path, config.browser);
    this.#client = createClient(
      {
        dataPath: dir.dataPath,
        clientId: dir.clientId,
        // Chromium obeys the last of several equal switches.
        chrome: { ...chrome, args: [...chrome.args, ...switches] },
        ...(proxy && { network: (signal) => proxy.trouble(signal) }),
        expectsSession,
        loadMs: config.deadlines.loadMs,
        mediaDir,
        pictureFile: this.#options.pictureFile,
        presence: config.presence,
        step: (step) => {
          if (step === 'browser') this.#browserStarted();
          steps.done(step);
        },
        log,
      },
      listener,
    );
    this.#launched = { path: browser.path, startedAtMs: Date.now() };
    void this.#client.launch();
  }

  #browserStarted(): void {
    const pid = this.#client?.browserPid ?? null;
    if (pid !== null) this.#options.onBrowser?.(pid);
  }

  /**
   * Whether a browser could start on the profile, as far as other browsers, disk space and
   * file modes are concerned.
   */
  async isFree(): Promise<boolean> {
    const { dir, log } = this.#options;
    try {
      await clearLeftovers(dir, { log });
      await refuseFullDisk(dir.dataPath);
      await refuseReadOnly(dir.profile);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Empties the slot; resolves when the browser's process is gone, and its lock files with it. Never rejects.
   */
  async close(): Promise<void> {
    const { dir, log } = this.#options;
    const pid = this.#client?.browserPid ?? null;
    try {
      await this.#client?.close();
      if (pid !== null) await clearAfter(pid, dir, log);
    } catch (error) {
      log.error('browser.close-failed', { err: error });
    } finally {
      this.#client = null;
      await this.#options.proxy?.close();
    }
  }
}
