/**
 * Runs the unmodified whatsapp-web.js on a simulator, in its own directory: for the simulator's own tests,
 * which check that the real library works there. Nothing of the daemon is loaded here.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import wweb from 'whatsapp-web.js';
import type { Phone } from './phone.js';
import type { Simulator } from './simulator.js';
import type { Json } from './wire.js';

export interface BareClientOptions {
  /** uses the directory with the profile of an earlier client */
  directory?: string;
  /** names the profile in the directory, as LocalAuth does */
  clientId?: string;
  pairWithPhoneNumber?: { phoneNumber: string };
}

/**
 * When the phone logs out, the library removes the profile of the running browser. That sometimes fails with
 * ENOTEMPTY and then ends the process. These tests are about other things.
 */
class KeepingAuth extends wweb.LocalAuth {
  override logout = async (): Promise<void> => {};
}

type Seen = { event: string; args: unknown[] };

export class BareClient {
  readonly client: wweb.Client;
  readonly directory: string;
  /** all events so far, so that none is missed between two awaits */
  readonly seen: Seen[] = [];
  /** errors of later injections, which would otherwise be unhandled rejections and end the process */
  readonly injectErrors: unknown[] = [];
  #closed = false;

  private constructor(
    simulator: Pick<Simulator, 'chromiumArgs'>,
    directory: string,
    options: BareClientOptions,
  ) {
    this.directory = directory;
    this.client = new wweb.Client({
      authStrategy: new KeepingAuth({
        dataPath: directory,
        ...(options.clientId === undefined ? {} : { clientId: options.clientId }),
      }),
      puppeteer: {
        executablePath: '/usr/bin/chromium',
        headless: true,
        pipe: true,
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
        protocolTimeout: 30_000,
        args: [...simulator.chromiumArgs, '--no-sandbox'],
      },
      webVersionCache: { type: 'none' },
      ...(options.pairWithPhoneNumber
        ? {
            pairWithPhoneNumber: {
              showNotification: true,
              intervalMs: 180_000,
              ...options.pairWithPhoneNumber,
            },
          }
        : {}),
    });
    // It would read the body of every page that loads, with an unhandled rejection when that page is already
    // gone. Without a cache it does nothing.
    (this.client as wweb.Client & { initWebVersionCache(): Promise<void> }).initWebVersionCache =
      async () => {};
    const emit = this.client.emit.bind(this.client);
    this.client.emit = (event: string | symbol, ...args: unknown[]) => {
      this.seen.push({ event: String(event), args });
      return emit(event, ...args);
    };
  }

  /** Starts a client. Resolves when the page is loaded and the library has injected itself. */
  static async start(
    simulator: Pick<Simulator, 'chromiumArgs'>,
    options: BareClientOptions = {},
  ): Promise<BareClient> {
    const directory = options.directory ?? (await mkdtemp(path.join(tmpdir(), 'simulator-')));
    const bare = new BareClient(simulator, directory, options);
    await bare.client.initialize();
    // puppeteer 24.38's PipeTransport.close() removes its error listeners from Chromium's pipes while they
    // are open. If the library ends the browser by itself while we do, one of the pipes then raises an
    // unhandled "read ECONNRESET".
    for (const pipe of bare.client.pupBrowser?.process()?.stdio ?? []) pipe?.on('error', () => {});
    // The library leaves the page's question before a reload unanswered.
    bare.client.pupPage?.on('dialog', (dialog) => void dialog.accept().catch(() => {}));
    // Not in the library's own types.
    const client = bare.client as wweb.Client & { inject(): Promise<void> };
    const inject = client.inject.bind(client);
    client.inject = () => inject().catch((error: unknown) => void bare.injectErrors.push(error));
    return bare;
  }

  /** Starts a client, links it to the phone and waits until it is ready. It and the simulator end with the test. */
  static async linked(
    t: { teardown(end: () => Promise<void>): unknown },
    simulator: Simulator,
    phone: Pick<Phone, 'scan'>,
  ): Promise<BareClient> {
    const bare = await BareClient.start(simulator);
    t.teardown(async () => {
      await bare.remove();
      await simulator.close();
    });
    await phone.scan(await simulator.waitForQr());
    await bare.wait('ready');
    return bare;
  }

  count(event: string): number {
    return this.seen.filter((one) => one.event === event).length;
  }

  /** Resolves with the arguments of the first event, past or future, that `match` accepts. */
  // biome-ignore lint/suspicious/noExplicitAny: events of whatsapp-web.js carry what they carry
  async wait<T extends any[]>(
    event: string,
    match: (...args: T) => boolean = () => true,
    ms = 15_000,
  ): Promise<T> {
    const signal = AbortSignal.timeout(ms);
    for (;;) {
      const seen = this.seen.find((one) => one.event === event && match(...(one.args as T)));
      if (seen) return seen.args as T;
      await once(this.client, event, { signal }).catch(() => {
        throw new Error(
          `no "${event}" within ${ms} ms; seen: ${this.seen.map((one) => one.event).join(' ')}`,
        );
      });
    }
  }

  /** Waits until an event has happened this many times in total. */
  async waitTimes(event: string, times: number, ms = 15_000): Promise<void> {
    const signal = AbortSignal.timeout(ms);
    while (this.count(event) < times) {
      await once(this.client, event, { signal }).catch(() => {
        throw new Error(`"${event}" ${this.count(event)} and not ${times} times within ${ms} ms`);
      });
    }
  }

  /**
   * Waits until the page's message matches. The page reports an addition to a message before the message
   * shows it.
   */
  async untilMessage(
    message: wweb.Message,
    shows: { [attribute: string]: Json },
    ms = 10_000,
  ): Promise<void> {
    const shown = `Object.entries(${JSON.stringify(shows)}).every(([name, value]) =>
      window.require('WAWebCollections').Msg.get('${message.id._serialized}')?.[name] === value)`;
    await this.client.pupPage?.waitForFunction(shown, { timeout: ms });
  }

  /** Closes the browser cleanly; the profile stays. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.client.destroy();
  }

  /** Ends the browser and removes the profile. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
