/**
 * The deep canary: today's WhatsApp Web, on a throw-away profile, linked to a WhatsApp server in this process, with the product's
 * own client. It says step by step what works on this build. No account and no phone take part.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { capabilityWord, isWorking } from '../protocol/capability.js';
import type { Log } from '../protocol/log.js';
import type { PageError, WhatsAppClient } from '../session/port.js';
import { WaServer } from '../waserver/wa-server.js';
import type { Inspection, PageQuestion } from '../whatsapp/client.js';
import { makeCertificate } from './certificate.js';
import { Entrance } from './entrance.js';
import { Heard } from './heard.js';
import { type PageFacts, readShapes } from './page-facts.js';
import { readRedirection, redirectChat } from './page-script.js';
import { type CanaryFailed, type DeepReport, type StepReport, verdict } from './report.js';
import { NUMBERS, Stage } from './stage.js';
import { STEPS } from './steps.js';
import { CHAT_HOST, CHAT_PORT, deepSwitches, MEDIA_HOST } from './switches.js';

/** How the product makes its client; the daemon gives it, so that this room loads neither browser nor library. */
export type ClientMaker = (options: {
  readonly directory: string;
  readonly mediaDir: string;
  readonly switches: readonly string[];
  readonly inspection: Inspection;
  readonly log: Log;
  readonly loadMs: number;
  readonly listener: Heard;
}) => WhatsAppClient;

export interface DeepOptions {
  readonly makeClient: ClientMaker;
  /** An empty directory; the caller removes it. */
  readonly directory: string;
  /** Of the configuration and the proxy. */
  readonly switches: readonly string[];
  /** Modules and members of modules of the page that the product relies on. */
  readonly relied: readonly string[];
  readonly wad: string;
  readonly loadMs: number;
  /** Called as each step ends. */
  readonly progress?: (step: StepReport) => void;
}

const LINK_MS = 120_000;
const STEP_MS = 90_000;
const ASK_MS = 20_000;
/** The page reports what our server refuses; its answer to GraphQL says this. */
const REFUSED = 'not known here';
const LINKING = 'link a phone';
const UNLINKING = 'be logged out by the phone';

/** The page has changed so much that nothing can be said about the capabilities. */
class Unusable extends Error {}

/** Bounded. Leaves no process behind. */
export async function runDeep(options: DeepOptions): Promise<DeepReport | CanaryFailed> {
  const { directory, loadMs } = options;
  const mediaDir = join(directory, 'media');
  await mkdir(mediaDir, { mode: 0o700 });
  const certificate = makeCertificate([CHAT_HOST, MEDIA_HOST]);
  const server = await WaServer.start({ tls: certificate, mediaName: MEDIA_HOST });
  const entrance = await Entrance.open(certificate, server.url);
  const heard = new Heard();
  const repairs: Record<string, string> = {};
  let ask: PageQuestion | undefined;
  const client = options.makeClient({
    directory,
    mediaDir,
    switches: deepSwitches(
      { chat: entrance.port, media: Number(server.mediaAddress?.split(':').at(-1)) },
      certificate.keyHash,
      options.switches,
    ),
    inspection: {
      script: redirectChat as (...args: never[]) => void,
      args: [CHAT_HOST, CHAT_PORT, MEDIA_HOST],
      begun: (question) => {
        ask = question;
      },
    },
    log: repairLog(repairs),
    loadMs,
    listener: heard,
  });
  const canary = new Canary(options, { client, heard, server, repairs, ask: () => ask, mediaDir });
  try {
    return await canary.run();
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return { failed: true, says: `The canary could not be run on this page: ${error.message}` };
  } finally {
    await client.close();
    await entrance.close();
    await server.close();
  }
}

/** The client logs the result of each repair; nothing else of its log is needed. */
function repairLog(repairs: Record<string, string>): Log {
  const note = (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    if (event !== 'whatsapp.shim' && event !== 'whatsapp.variant') return;
    // Several repairs may be of one break.
    const name = `${fields.shim ?? fields.variant} (${fields.capability})`;
    if (fields.result !== 'unlinked') repairs[name] = String(fields.result);
  };
  return { debug: note, info: note, warn: note, error: note };
}

interface Parts {
  readonly client: WhatsAppClient;
  readonly heard: Heard;
  readonly server: WaServer;
  readonly repairs: Readonly<Record<string, string>>;
  readonly ask: () => PageQuestion | undefined;
  readonly mediaDir: string;
}

class Canary {
  readonly #options: DeepOptions;
  readonly #parts: Parts;
  readonly #steps: StepReport[] = [];

  constructor(options: DeepOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
  }

  async run(): Promise<DeepReport> {
    const startedAt = performance.now();
    const { client, heard, server, repairs, mediaDir } = this.#parts;
    const phone = server.createPhone({ number: NUMBERS.me, pushname: 'Me' });
    const ana = server.createContact({ number: NUMBERS.ana, pushname: 'Ana' });
    const ben = server.createContact({ number: NUMBERS.ben, pushname: 'Ben' });
    ana.send('an old message');
    const stage = new Stage({ client, heard, server, phone, ana, ben, mediaDir });
    void client.launch();
    await this.#codeShown();
    await this.#step(LINKING, 'link.qr', [], () => this.#link(stage));
    const facts = await this.#facts();
    for (const { name, capability, needs = [], run } of STEPS)
      await this.#step(name, capability, [LINKING, ...needs], () => run(stage));
    // The page loads another document then, whose capabilities are not those that are reported.
    const lost = lostOf(heard);
    const pageErrors = [...client.pageErrors];
    const keptBack = (await this.#redirection())?.keptBack ?? [];
    await this.#step(UNLINKING, 'session.logoutNotice', [LINKING], () => this.#unlink(stage));
    const { whatsappWeb, browserVersion: browser } = client;
    return {
      ...verdict({ whatsappWeb, steps: this.#steps, lost, repairs }),
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
      ms: Math.round(performance.now() - startedAt),
    };
  }

  /** @throws Unusable when the page shows no code, because then nothing of it was reached */
  async #codeShown(): Promise<void> {
    const { heard, client } = this.#parts;
    const { loadMs } = this.#options;
    try {
      await heard.until('code to scan', () => heard.qr ?? undefined, 2 * loadMs);
    } catch (error) {
      const seen = await this.#redirection();
      const text = error instanceof Error ? error.message : String(error);
      if (seen?.trouble != null) throw new Unusable(`its connection cannot be trusted: ${seen.trouble}.`);
      if (seen?.sockets === 0)
        throw new Unusable(
          `WhatsApp Web ${client.whatsappWeb ?? ''} opened no chat socket that is known here (${text}).`,
        );
      const lost = Object.entries(lostOf(heard)).map(([name, word]) => `${name} is ${word}`);
      throw new Unusable(`${[text, ...lost].join('; ')}.`);
    }
  }

  async #redirection() {
    const ask = this.#parts.ask();
    return ask === undefined ? null : await ask(ASK_MS, readRedirection).catch(() => null);
  }

  async #link({ heard, phone }: Stage): Promise<void> {
    // The code that is shown may be replaced by the next one while it is read.
    await phone.scan(heard.qr ?? '');
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
  ): Promise<void> {
    const startedAt = performance.now();
    const broken = this.#steps.find((one) => one.result !== 'works' && needs.includes(one.step));
    let error: unknown = null;
    if (broken === undefined)
      error = await within(STEP_MS, run()).then(
        () => null,
        (thrown: unknown) => thrown ?? 'no reason',
      );
    const { more, message } = (error ?? {}) as { message?: string; more?: { modules?: readonly string[] } };
    const text = error === null ? null : (message ?? String(error)).slice(0, 400);
    const report: StepReport = {
      step,
      capability,
      result: broken !== undefined ? 'untried' : error === null ? 'works' : 'fails',
      modules: [...new Set([...(more?.modules ?? []), ...(text?.match(/\bWA[A-Z]\w+/g) ?? [])])],
      error: broken === undefined ? text : `needs "${broken.step}"`,
      ms: Math.round(performance.now() - startedAt),
    };
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

function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not end within ${ms / 1000} s`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
