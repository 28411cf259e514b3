// Collects exceptions in the page: those of the library's own code there appear nowhere else (H2). The newest
// are kept for a report, each with its context. Failures of our own functions are logged by expose.ts.
import type { Page } from 'puppeteer';
import type { Log } from '../../protocol/log.js';
import type { PageError } from '../../session/port.js';
import { errorText } from './errors.js';
import { askedLast, modulesIn } from './explain.js';

const KEPT = 20;

/** Nothing to close. */
export class PageErrors {
  readonly #build: () => string | null;
  readonly #log: Log;
  readonly #kept: PageError[] = [];

  /** @param build returns WhatsApp Web's build, or null while it is unknown */
  constructor(build: () => string | null, log: Log) {
    this.#build = build;
    this.#log = log;
  }

  /** Oldest first. */
  get kept(): readonly PageError[] {
    return this.#kept;
  }

  /** Listens until the page is closed. */
  watch(page: Page): void {
    page.on('pageerror', (error) => this.#note(page, error));
  }

  /** @param error what the page threw: puppeteer passes undefined, null and bare values as they are */
  #note(page: Page, error: unknown): void {
    const build = this.#build();
    const stack = error instanceof Error ? error.stack : undefined;
    void askedLast(page).then((asked) => {
      const modules = [...new Set([...modulesIn(stack), ...asked])];
      this.#kept.push({ atMs: Date.now(), error: errorText(error), modules, build });
      if (this.#kept.length > KEPT) this.#kept.shift();
      this.#log.debug('whatsapp.page-error', { error: errorText(error), modules, build });
    });
  }
}
