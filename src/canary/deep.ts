/**
 * The deep canary: today's WhatsApp Web, on a throw-away profile, linked to a WhatsApp server in this process, with the product's
 * own client. It says step by step what works on this build. No account and no phone take part.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../protocol/log.js';
import type { WhatsAppClient } from '../session/port.js';
import { WaServer } from '../waserver/wa-server.js';
import type { Inspection, PageQuestion } from '../whatsapp/client.js';
import { makeCertificate } from './certificate.js';
import { Entrance } from './entrance.js';
import { Heard } from './heard.js';
import { redirectChat } from './page-script.js';
import type { CanaryFailed, DeepReport } from './report.js';
import { Run, type RunOptions, Unusable } from './run.js';
import { CHAT_HOST, CHAT_PORT, deepSwitches, MEDIA_HOST } from './switches.js';
import { withoutPaths } from './without-paths.js';

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

export interface DeepOptions extends RunOptions {
  readonly makeClient: ClientMaker;
  /** An empty directory; the caller removes it. */
  readonly directory: string;
  /** Of the configuration and the proxy. */
  readonly switches: readonly string[];
  /** Of this process; its proxy is used if the switches name none. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Bounded. Never rejects, and leaves no process behind. */
export async function runDeep(options: DeepOptions): Promise<DeepReport | CanaryFailed> {
  const closers: (() => Promise<void>)[] = [];
  try {
    return withoutPaths(await tried(options, closers));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const where = error instanceof Unusable ? ' on this page' : '';
    return withoutPaths({ failed: true, says: `The canary could not be run${where}: ${text}` });
  } finally {
    // What was found counts more than how it closes.
    for (const close of closers.toReversed()) await close().catch(() => undefined);
  }
}

async function tried(options: DeepOptions, closers: (() => Promise<void>)[]): Promise<DeepReport> {
  const { directory, loadMs, signal } = options;
  const mediaDir = join(directory, 'media');
  await mkdir(mediaDir, { mode: 0o700 });
  const certificate = makeCertificate([CHAT_HOST, MEDIA_HOST]);
  const server = await WaServer.start({ tls: certificate, mediaName: MEDIA_HOST });
  closers.push(() => server.close());
  const entrance = await Entrance.open(certificate, server.url);
  closers.push(() => entrance.close());
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
      options.env,
    ),
    inspection: {
      script: redirectChat as (...args: never[]) => void,
      args: [CHAT_HOST, CHAT_PORT, MEDIA_HOST, server.rootKey.toString('hex')],
      begun: (question) => {
        ask = question;
      },
    },
    log: repairLog(repairs),
    loadMs,
    listener: heard,
  });
  closers.push(() => {
    heard.over();
    return client.close();
  });
  signal.throwIfAborted();
  const run = new Run(options, { client, heard, server, repairs, ask: () => ask, mediaDir });
  return await Promise.race([run.report(), endOf(signal)]);
}

const endOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

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
