/**
 * whatsapp-web.js as it is, on a simulator, in a directory of its own: for the simulator's own tests, which ask
 * whether the real library lives in it. Nothing of the daemon is loaded here.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import wweb from 'whatsapp-web.js';
import type { Simulator } from './simulator.js';
import type { Json } from './wire.js';

export interface BareClientOptions {
  /** keeps the profile of an earlier client */
  directory?: string;
  /** names the profile in the directory, as LocalAuth does */
  clientId?: string;
  pairWithPhoneNumber?: { phoneNumber: string };
}

/**
 * The library removes the profile under the running browser when the phone logs out, which fails now and then with
 * ENOTEMPTY and then ends the process. Not what these tests are about.
 */
class KeepingAuth extends wweb.LocalAuth {
  override logout = async (): Promise<void> => {};
}

type Seen = { event: string; args: unknown[] };

export class BareClient {
  readonly client: wweb.Client;
  readonly directory: string;
  /** every event so far, so that none is missed between two awaits */
  readonly seen: Seen[] = [];
  /** what later injections threw: on their own they would be unhandled rejections and end the process */
  readonly injectErrors: unknown[] = [];
  #closed = false;

  private constructor(simulator: Simulator, directory: string, options: BareClientOptions) {
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
    // It would read the body of every page it sees loading, and rejects with nobody there where that page is gone
    // again by then. Without a cache nothing comes of it.
    (this.client as wweb.Client & { initWebVersionCache(): Promise<void> }).initWebVersionCache =
      async () => {};
    const emit = this.client.emit.bind(this.client);
    this.client.emit = (event: string | symbol, ...args: unknown[]) => {
      this.seen.push({ event: String(event), args });
      return emit(event, ...args);
    };
  }

  /** Initialized: the page is loaded and the library has injected itself. */
  static async start(simulator: Simulator, options: BareClientOptions = {}): Promise<BareClient> {
    const directory = options.directory ?? (await mkdtemp(path.join(tmpdir(), 'simulator-')));
    const bare = new BareClient(simulator, directory, options);
    await bare.client.initialize();
    // puppeteer 24.38's PipeTransport.close() takes its error listeners off Chromium's pipes while they are open; when
    // the library ends the browser by itself and we do too, one of them then raises "read ECONNRESET" with nobody there.
    for (const pipe of bare.client.pupBrowser?.process()?.stdio ?? []) pipe?.on('error', () => {});
    // Not in the library's own types.
    const client = bare.client as wweb.Client & { inject(): Promise<void> };
    const inject = client.inject.bind(client);
    client.inject = () => inject().catch((error: unknown) => void bare.injectErrors.push(error));
    return bare;
  }

  count(event: string): number {
    return this.seen.filter((one) => one.event === event).length;
  }

  /** The arguments of the first such event, seen already or yet to come, that `match` likes. */
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

  /** Until an event has come that many times in all. */
  async waitTimes(event: string, times: number, ms = 15_000): Promise<void> {
    const signal = AbortSignal.timeout(ms);
    while (this.count(event) < times) {
      await once(this.client, event, { signal }).catch(() => {
        throw new Error(`"${event}" ${this.count(event)} and not ${times} times within ${ms} ms`);
      });
    }
  }

  /** Until the page has a message such as this: it tells of what is added to one before the message shows it. */
  async untilMessage(
    message: wweb.Message,
    shows: { [attribute: string]: Json },
    ms = 10_000,
  ): Promise<void> {
    const shown = `Object.entries(${JSON.stringify(shows)}).every(([name, value]) =>
      window.require('WAWebCollections').Msg.get('${message.id._serialized}')?.[name] === value)`;
    await this.client.pupPage?.waitForFunction(shown, { timeout: ms });
  }

  /** Ends the browser as a tidy program would; the profile stays. */
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
