/** The open documents, and records of earlier ones. */
import type { WebSocket } from 'ws';
import { AwaitableEvent, type WaitOptions } from './awaitable-event.js';
import { BrowserPage } from './browser-page.js';
import type { KnobValues } from './knobs.js';
import type { Agent, Report } from './wire.js';

const PATIENCE_MS = 1_000;

export class Pages {
  readonly #open = new Map<string, BrowserPage>();
  /** documents whose load event need not wait any longer: synced, or without anything to sync */
  readonly #settled = new Set<string>();
  /** documents that were served and have not reported yet, with their times */
  readonly #expected = new Map<string, number>();
  readonly changed = new AwaitableEvent<BrowserPage>();
  /** names that require() did not find, with counts */
  readonly missing = new Map<string, number>();
  /** all loaded documents since the start, in order */
  readonly loads: { at: number; id: string; url: string; agent: Agent }[] = [];

  get all(): BrowserPage[] {
    return [...this.#open.values()];
  }

  accept(socket: WebSocket, knobs: () => KnobValues): void {
    let page: BrowserPage | undefined;
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const report = JSON.parse(String(data)) as Report;
      if (report.type === 'hello') {
        page = new BrowserPage(socket, report);
        this.#open.set(page.id, page);
        if (!this.loads.some((load) => load.id === report.document)) {
          this.loads.push({ at: Date.now(), id: page.id, url: page.url, agent: report.agent });
        }
        this.#expected.delete(page.id);
        void page.applyKnobs(knobs());
      }
      if (report.type === 'missing') this.missing.set(report.name, (this.missing.get(report.name) ?? 0) + 1);
      if (!page) return;
      page.note(report);
      if (page.hasSynced || page.state.startsWith('UNPAIRED')) this.#settled.add(page.id);
      this.changed.ring(page);
    });
    socket.on('close', () => {
      if (!page || this.#open.get(page.id) !== page) return;
      this.#open.delete(page.id);
      this.changed.ring(page);
    });
  }

  /** Resolves with the first matching page, open now or later. */
  wait(match: (page: BrowserPage) => boolean, what = 'page', options?: WaitOptions): Promise<BrowserPage> {
    const pick = (page: BrowserPage) => (this.#open.get(page.id) === page && match(page) ? page : undefined);
    return this.changed.wait(what, pick, options, () => this.all.find((page) => pick(page)));
  }

  async waitForQr(options?: WaitOptions): Promise<string> {
    const page = await this.wait((one) => one.qr !== null, 'QR on a page', options);
    return page.qr ?? '';
  }

  /** Waits until that document has synced or has nothing to sync; ten seconds at most. */
  async mayLoad(document: string): Promise<void> {
    const settled = () => (this.#settled.has(document) ? true : undefined);
    await this.changed.wait('sync', settled, { timeoutMs: 10_000 }, settled).catch(() => {});
  }

  expect(document: string): void {
    this.#expected.set(document, Date.now());
  }

  /**
   * Waits until every document uses the knobs, including those that are now loading with the old ones. It
   * waits no longer than a second for a document that hangs, or was served and never reported.
   */
  async applyKnobs(knobs: KnobValues): Promise<void> {
    await Promise.all([this.#tellOpen(knobs), this.#loaded().then(() => this.#tellOpen(knobs))]);
  }

  async #tellOpen(knobs: KnobValues): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([Promise.all(this.all.map((page) => page.applyKnobs(knobs))), late]);
    clearTimeout(timer);
  }

  async #loaded(): Promise<void> {
    for (const [document, at] of this.#expected) {
      // It was served to a program that is not a browser, or was gone before it ran.
      if (at < Date.now() - PATIENCE_MS) this.#expected.delete(document);
    }
    const arrived = () => (this.#expected.size === 0 ? true : undefined);
    await this.changed.wait('report', arrived, { timeoutMs: PATIENCE_MS }, arrived).catch(() => {});
  }

  clear(): void {
    this.missing.clear();
    this.loads.length = 0;
    this.#settled.clear();
  }
}
