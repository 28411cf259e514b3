// Checks today's WhatsApp Web without an account: loads it on a temporary profile until it shows a QR code.
// This finds missing modules before a linked account is affected.

import { type CapabilityStates, capabilityWord, capabilityWords, isWorking } from '../protocol/capability.js';
import type { Log } from '../protocol/log.js';
import type { PageError } from '../session/port.js';
import type { ChromeOptions } from './browser/chrome.js';
import { LASTS_MS } from './capabilities/needs.js';
import { createClient } from './client.js';

export interface CanaryOptions {
  readonly chrome: ChromeOptions;
  /** An empty directory; the caller removes it. */
  readonly directory: string;
  readonly timeoutMs: number;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface Canary {
  readonly ok: boolean;
  /** The result in one sentence. */
  readonly says: string;
  readonly whatsappWeb: string | null;
  readonly browser: string | null;
  /** True when the page showed a code that a phone could scan. */
  readonly qr: boolean;
  /** Capability → its state, as `session.status` shows it. */
  readonly capabilities: Readonly<Record<string, string>>;
  readonly pageErrors: readonly PageError[];
  readonly ms: number;
}

/**
 * How long to wait after the page asks for a phone. A missing module is certain after LASTS_MS; the rest is
 * for the check, its answer and the QR code.
 */
const SETTLE_MS = LASTS_MS + 3_000;

/** Bounded. Never rejects, and leaves no process behind. */
export async function lookAtPage({
  chrome,
  directory,
  timeoutMs,
  signal,
  log,
}: CanaryOptions): Promise<Canary> {
  const startedAt = performance.now();
  let found: CapabilityStates = {};
  let qr = false;
  let trouble: string | null = null;
  let settle: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    settle = resolve;
  });
  let settling: NodeJS.Timeout | undefined;
  const late = setTimeout(() => {
    trouble ??= 'the page did not load in time';
    settle();
  }, timeoutMs);
  const client = createClient(
    {
      dataPath: directory,
      mediaDir: directory,
      clientId: 'canary',
      chrome,
      log,
      loadMs: timeoutMs,
      expectsSession: false,
      // No account is linked, so these have no effect.
      presence: { online: false, sendMarksRead: false },
    },
    {
      event: (event) => {
        if (event.type === 'client.broken' || event.type === 'client.refused') {
          trouble = `${event.reason}: ${event.detail ?? ''}`;
          settle();
        } else if (event.type === 'client.unpaired') settling ??= setTimeout(settle, SETTLE_MS);
      },
      report: (report) => {
        if (report.type === 'capabilities') found = { ...found, ...report.capabilities };
        if (report.type === 'qr') qr = true;
      },
    },
  );
  const ended = (): void => {
    trouble ??= String(signal.reason?.message ?? signal.reason);
    settle();
  };
  signal.addEventListener('abort', ended, { once: true });
  if (signal.aborted) ended();
  else void client.launch();
  await over;
  signal.removeEventListener('abort', ended);
  clearTimeout(late);
  clearTimeout(settling);
  const { whatsappWeb, browserVersion: browser, pageErrors } = client;
  await client.close();
  const ill = Object.entries(found).filter(([, { state }]) => !isWorking(state));
  const lacks = ill.map(([name, state]) => `${name} is ${capabilityWord(state)}`).join('; ');
  const fault = trouble ?? (lacks || (qr ? null : 'the page shows no code to scan'));
  return {
    ok: fault === null,
    says: `WhatsApp Web ${whatsappWeb ?? 'of an unknown build'}: ${fault ?? 'everything that was checked is there'}`,
    whatsappWeb,
    browser,
    qr,
    capabilities: capabilityWords(found),
    pageErrors: [...pageErrors],
    ms: Math.round(performance.now() - startedAt),
  };
}
