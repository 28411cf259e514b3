/** One run of the deep canary on a client that is given: links it, takes the steps one after the other, and reports. */
import { setTimeout as delay } from 'node:timers/promises';
import { capabilityWord, isWorking } from '../protocol/capability.js';
import type { PageError, WhatsAppClient } from '../session/port.js';
import type { WaServer } from '../waserver/wa-server.js';
import type { PageQuestion } from '../whatsapp/client.js';
import type { Heard } from './heard.js';
import { type PageFacts, readShapes } from './page-facts.js';
import { readRedirection } from './page-script.js';
import { type DeepReport, type StepReport, verdict } from './report.js';
import { NUMBERS, Stage } from './stage.js';
import { STEPS } from './steps/index.js';

export interface RunOptions {
  /** Modules and members of modules of the page that the product relies on. */
  readonly relied: readonly string[];
  readonly wad: string;
  readonly loadMs: number;
  /** Default: TOTAL_MS. */
  readonly totalMs?: number;
  /** No step begins after it. */
  readonly signal: AbortSignal;
  /** Called as each step ends. */
  readonly progress?: (step: StepReport) => void;
}

/** Of everything but the end; below TimeoutStartSec= of wad-canary-deep@.service, which would end it without a report. */
export const TOTAL_MS = 10 * 60_000;
const NO_TIME = 'no time left';
const LINK_MS = 120_000;
/** A step that waits for LINK_MS has this time, so that its own error comes first. */
const LINK_STEP_MS = LINK_MS + 30_000;
const STEP_MS = 90_000;
/** The page shows the next code while one is scanned; it does not do so again and again. */
const MOST_SCANS = 3;
const ASK_MS = 20_000;
const TRUST_LOOK_MS = 1_000;
const TRUST_LOOKS = 10;
/** The page reports what our server refuses; its answer to GraphQL says this. */
const REFUSED = 'not known here';
const LINKING = 'link a phone';
const UNLINKING = 'be logged out by the phone';

/** The page has changed so much that nothing can be said about the capabilities. */
export class Unusable extends Error {}

export interface Parts {
  readonly client: WhatsAppClient;
  readonly heard: Heard;
  readonly server: WaServer;
  readonly repairs: Readonly<Record<string, string>>;
  readonly ask: () => PageQuestion | undefined;
  readonly mediaDir: string;
}

export class Run {
  readonly #options: RunOptions;
  readonly #parts: Parts;
  readonly #steps: StepReport[] = [];
  readonly #startedAt = performance.now();

  constructor(options: RunOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** @throws Unusable; Error without a page */
  async report(): Promise<DeepReport> {
    const { client, heard, server, repairs, mediaDir } = this.#parts;
    const phone = server.createPhone({ number: NUMBERS.me, pushname: 'Me' });
    const ana = server.createContact({ number: NUMBERS.ana, pushname: 'Ana' });
    const ben = server.createContact({ number: NUMBERS.ben, pushname: 'Ben' });
    ana.send('an old message');
    const stage = new Stage({ client, heard, server, phone, ana, ben, mediaDir });
    void client.launch();
    const lacks = await this.#codeShown();
    const link = lacks === null ? () => this.#link(stage) : () => Promise.reject(new Error(lacks));
    await this.#step(LINKING, 'link.qr', [], link, LINK_STEP_MS);
    const facts = await this.#facts();
    for (const { name, capability, needs = [], run } of STEPS)
      await this.#step(name, capability, [LINKING, ...needs], () => run(stage));
    // The page loads another document then, whose capabilities are not those that are reported.
    const lost = lostOf(heard);
    const pageErrors = [...client.pageErrors];
    const keptBack = (await this.#redirection())?.keptBack ?? [];
    await this.#step(UNLINKING, 'session.logoutNotice', [LINKING], () => this.#unlink(stage), LINK_STEP_MS);
    const { whatsappWeb, browserVersion: browser } = client;
    return {
      ...this.#verdict({ whatsappWeb, steps: this.#steps, lost, repairs }),
      wad: this.#options.wad,
      whatsappWeb,
      browser,
      steps: this.#steps,
      lost,
      repairs: { ...repairs },
      unknownRequests: [...server.unknown].sort(),
      keptBack: [...keptBack].sort(),
      problems: [...server.problems],
      pageErrors: pageErrors
        .filter(({ error }) => !error.includes(REFUSED))
        .map(({ error, modules }: PageError) => ({ error, modules })),
      changes: null,
      facts,
      ms: Math.round(performance.now() - this.#startedAt),
    };
  }

  /** How much time is left, ms. */
  get #left(): number {
    return this.#startedAt + (this.#options.totalMs ?? TOTAL_MS) - performance.now();
  }

  /** Where time was too short, nothing failed, but not everything works either. */
  #verdict(found: Parameters<typeof verdict>[0]): ReturnType<typeof verdict> {
    const late = found.steps.filter(({ error }) => error === NO_TIME).length;
    const { ok, says } = verdict(found);
    if (!ok || late === 0) return { ok, says };
    const build = `WhatsApp Web ${found.whatsappWeb ?? 'of an unknown build'}`;
    return { ok: false, says: `${build}: there was no time for ${late} of ${found.steps.length} steps` };
  }

  /**
   * Waits for the page's code.
   * @returns null; or why there is none: the page was reached, and capabilities are lost, which is a finding
   * @throws Unusable when there is none for another reason, because then nothing is known of the page; Error without a page
   */
  async #codeShown(): Promise<string | null> {
    const { heard, client } = this.#parts;
    const { loadMs } = this.#options;
    const over = new AbortController();
    try {
      const code = heard.until('code to scan', () => heard.qr ?? undefined, Math.min(2 * loadMs, this.#left));
      await Promise.race([code, this.#distrusted(over.signal)]);
      return null;
    } catch (error) {
      const seen = await this.#redirection();
      const text = error instanceof Error ? error.message : String(error);
      if (seen?.trouble != null) throw new Unusable(`its connection cannot be trusted: ${seen.trouble}.`);
      if (seen?.sockets === 0)
        throw new Unusable(
          `WhatsApp Web ${client.whatsappWeb ?? ''} opened no chat socket that is known here (${text}).`,
        );
      const lost = Object.entries(lostOf(heard)).map(([name, word]) => `${name} is ${word}`);
      // The page has loaded, has dialled, and was answered or is not to blame.
      if (seen !== null && client.whatsappWeb !== null && lost.length > 0) return [text, ...lost].join('; ');
      const why = `${[text, ...lost].join('; ')}.`;
      // No page was reached, for example because the browser did not start: then it is not the page's fault.
      throw seen === null ? new Error(why) : new Unusable(why);
    } finally {
      over.abort();
    }
  }

  /** Rejects when the page's connection cannot be trusted. The page tries again and again, so it may be late only. */
  async #distrusted(signal: AbortSignal): Promise<never> {
    for (let troubles = 0; ; ) {
      await delay(TRUST_LOOK_MS, undefined, { signal });
      const seen = await this.#redirection();
      troubles = seen?.trouble == null ? 0 : troubles + 1;
      if (troubles === TRUST_LOOKS) throw new Error('the page does not connect');
    }
  }

  async #redirection() {
    const ask = this.#parts.ask();
    return ask === undefined ? null : await ask(ASK_MS, readRedirection).catch(() => null);
  }

  async #link({ heard, phone }: Stage): Promise<void> {
    for (let scans = 1; ; scans += 1) {
      const code = heard.qr ?? '';
      try {
        await phone.scan(code);
        break;
      } catch (error) {
        const isReplaced = heard.qr !== null && heard.qr !== code;
        if (!isReplaced || scans === MOST_SCANS) throw error;
      }
    }
    await heard.until(
      'ready account',
      () => heard.events.find(({ type }) => type === 'client.ready'),
      LINK_MS,
    );
  }

  async #unlink({ heard, phone }: Stage): Promise<void> {
    phone.unlink();
    const end = await heard.until(
      'notice that the phone has unlinked',
      () => heard.events.find((event) => event.type === 'client.logged-out'),
      LINK_MS,
    );
    if (end.type === 'client.logged-out' && !end.explained) throw new Error('the page gave no reason');
  }

  async #facts(): Promise<PageFacts | null> {
    const ask = this.#parts.ask();
    const { whatsappWeb: build } = this.#parts.client;
    if (ask === undefined || build === null) return null;
    try {
      return { build, ...(await ask(ASK_MS, readShapes, this.#options.relied)) };
    } catch {
      return null;
    }
  }

  async #step(
    step: string,
    capability: string,
    needs: readonly string[],
    run: () => Promise<void>,
    ms = STEP_MS,
  ): Promise<void> {
    this.#options.signal.throwIfAborted();
    const startedAt = performance.now();
    const broken = this.#steps.find((one) => one.result !== 'works' && needs.includes(one.step));
    const left = this.#left;
    let untried = left <= 0 ? NO_TIME : broken === undefined ? null : `needs "${broken.step}"`;
    let error: unknown = null;
    if (untried === null) {
      error = await within(Math.min(ms, left), run()).then(
        () => null,
        (thrown: unknown) => thrown ?? 'no reason',
      );
      // Its own time was not over.
      if (error instanceof TooLong && left < ms) untried = NO_TIME;
    }
    const { more, message } = (error ?? {}) as { message?: string; more?: { modules?: readonly string[] } };
    const text = error === null ? null : (message ?? String(error)).slice(0, 400);
    const report: StepReport = {
      step,
      capability,
      result: untried !== null ? 'untried' : error === null ? 'works' : 'fails',
      modules: [...new Set([...(more?.modules ?? []), ...(text?.match(/\bWA[A-Z]\w+/g) ?? [])])],
      error: untried ?? text,
      ms: Math.round(performance.now() - startedAt),
    };
    this.#options.signal.throwIfAborted();
    this.#steps.push(report);
    this.#options.progress?.(report);
  }
}

const lostOf = ({ capabilities }: Heard): Record<string, string> =>
  Object.fromEntries(
    Object.entries(capabilities)
      .filter(([, { state }]) => !isWorking(state))
      .map(([name, state]) => [name, capabilityWord(state)]),
  );

/** A time limit of ours has passed. */
class TooLong extends Error {}

function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLong(`it did not end within ${ms / 1000} s`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
