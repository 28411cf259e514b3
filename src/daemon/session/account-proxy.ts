// The proxy of the account: a forwarder for each browser, from before its launch until after its end, and whether the
// proxy connects to WhatsApp. It is tried before a browser is launched, so a proxy that is down costs no browser, and
// whenever the page has lost its network.
import type { Config } from '../../config/keys.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import type { Status } from '../../protocol/methods/session.js';
import { PROXY_CAUSE_WORDS, type ProxyCause } from '../../protocol/proxy.js';
import { isoTime } from '../../protocol/time.js';
import { type Forwarder, openForwarder } from '../../proxy/forwarder.js';
import { proxySwitches } from '../../proxy/switches.js';
import { proxyName, readUpstream } from '../../proxy/upstream.js';

/** What the proxy has to reach. */
export const WHATSAPP = 'web.whatsapp.com:443';
/** A proxy that takes longer to connect counts as unreachable. */
const CHECK_MS = 10_000;

export class AccountProxy {
  readonly #config: Config['proxy'];
  readonly #log: Log;
  readonly #address: string;
  #forwarder: Forwarder | null = null;
  /** Why there is no forwarder. */
  #unusable: string | null = null;
  /** The result of the last check. */
  #last: { readonly cause: ProxyCause | null; readonly atMs: number } | null = null;

  /** Null when none is configured. */
  static of({ proxy }: Config, log: Log): AccountProxy | null {
    const address = proxyName(proxy);
    return address === null ? null : new AccountProxy(proxy, address, log);
  }

  private constructor(config: Config['proxy'], address: string, log: Log) {
    this.#config = config;
    this.#address = address;
    this.#log = log;
  }

  get view(): NonNullable<Status['proxy']> {
    const last = this.#last;
    return {
      address: this.#address,
      ok: last && last.cause === null,
      cause: last?.cause ?? null,
      checkedAt: last && isoTime(last.atMs),
    };
  }

  /**
   * Opens the forwarder for the next browser.
   * @returns the switches that make Chromium use it, and nothing else; with a password file that cannot be used they
   * lead nowhere
   */
  async open(): Promise<readonly string[]> {
    await this.close();
    try {
      const forwarder = await openForwarder(readUpstream(this.#config));
      this.#forwarder = forwarder;
      this.#unusable = null;
      return proxySwitches(forwarder.port);
    } catch (error) {
      this.#unusable = Fault.of(error).message;
      return proxySwitches(DISCARD_PORT);
    }
  }

  /** Tries the proxy. @returns a sentence why it cannot be used, or null */
  async trouble(signal: AbortSignal): Promise<string | null> {
    if (this.#unusable !== null) {
      this.#note('bad_password_file', this.#unusable);
      return this.#unusable;
    }
    const forwarder = this.#forwarder;
    if (forwarder === null) return null;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(CHECK_MS)]);
    const cause = await forwarder.check(WHATSAPP, limit);
    // Meanwhile the browser was closed, or replaced by another one.
    if (signal.aborted || forwarder !== this.#forwarder) return null;
    const says = cause === null ? null : `The proxy ${this.#address} ${PROXY_CAUSE_WORDS[cause]}.`;
    this.#note(cause, says);
    return says;
  }

  /** The page is connected through the proxy. */
  works(): void {
    this.#note(null, null);
  }

  /** The page has lost its network. */
  suspect(): void {
    void this.trouble(new AbortController().signal);
  }

  /** Ends the forwarder, after its browser. */
  async close(): Promise<void> {
    const forwarder = this.#forwarder;
    this.#forwarder = null;
    await forwarder?.close();
  }

  #note(cause: ProxyCause | null, says: string | null): void {
    if (cause !== null) this.#log.warn('proxy.failed', { proxy: this.#address, cause, says });
    else if (this.#last?.cause !== null) this.#log.info('proxy.works', { proxy: this.#address });
    this.#last = { cause, atMs: Date.now() };
  }
}

/** Of the service `discard`, which no machine runs. The client is not launched with it. */
const DISCARD_PORT = 9;
