// The daemon's own readers of the journal, each with its cursor: media prefetch and webhooks. Each is opened
// only if it is configured.

import type { DaemonLog } from '../log/log.js';
import type { Store } from '../store/store.js';
import { Closers } from './closers.js';
import type { Feed } from './events/feed.js';
import type { Webhooks } from './events/webhooks.js';
import type { CallRefuserOptions } from './incoming/call-refuser.js';
import { openPrefetch, type PrefetchOptions } from './media/prefetch.js';
import type { Transcriber } from './media/transcriber.js';
import type { Counters } from './metrics/counters.js';
import type { Actor } from './session/actor.js';
import type { Settings } from './settings.js';
import { WAD_VERSION } from './version.js';

export interface ReadersOptions {
  readonly settings: Settings;
  readonly feed: Feed;
  readonly store: Store;
  readonly fetcher: PrefetchOptions['fetcher'];
  /** The path of a file in the media store. */
  readonly pathOf: (id: string) => string;
  readonly actor: Actor;
  readonly log: DaemonLog;
}

/** The caller closes them, before the store. */
export class Readers {
  readonly #options: ReadersOptions;
  readonly #closers = new Closers();
  #webhooks: Webhooks | null = null;
  #transcriber: Transcriber | null = null;

  constructor(options: ReadersOptions) {
    this.#options = options;
  }

  /** Null if none is configured, or they are not open yet. */
  get webhooks(): Webhooks | null {
    return this.#webhooks;
  }

  /** Null without a program, or while it is not open yet. */
  get transcriber(): Transcriber | null {
    return this.#transcriber;
  }

  /** @throws (rejects) Fault disk_full, busy */
  async openPrefetch(): Promise<void> {
    const { settings, feed, store, fetcher, actor, log } = this.#options;
    const { mediaRules: rules } = settings.config.journal;
    if (rules.length === 0) return;
    const prefetch = await openPrefetch({ rules, feed, store, fetcher, log });
    await this.#closers.add(() => prefetch.close());
    actor.watch((now) => {
      if (now.name === 'ready') prefetch.wake();
    });
  }

  /** @throws (rejects) Fault disk_full, busy */
  async openTranscripts(): Promise<void> {
    const { settings, feed, store, fetcher, pathOf, actor, log } = this.#options;
    const { transcribe: config } = settings.config;
    if (config.command.length === 0) return;
    const { openTranscriber } = await import('./media/transcriber.js');
    const transcriber = await openTranscriber({ config, feed, store, fetcher, pathOf, log });
    await this.#closers.add(() => transcriber.close());
    this.#transcriber = transcriber;
    actor.watch((now) => {
      if (now.name === 'ready') transcriber.wake();
    });
  }

  /** Declines calls, if that is configured. @param send puts a text into the outbox */
  async openCalls(
    rejections: CallRefuserOptions['rejections'],
    send: CallRefuserOptions['send'],
  ): Promise<void> {
    const { settings, feed, store, log } = this.#options;
    const { calls: config } = settings.config;
    if (config.onIncoming === 'ring') return;
    const { CallRefuser } = await import('./incoming/call-refuser.js');
    const refuser = new CallRefuser({ config, feed, store, rejections, send, log });
    await this.#closers.add(() => refuser.close());
  }

  /** @throws (rejects) Fault usage, permission_denied, webhook_refused, disk_full */
  async openWebhooks(onAttempt: Counters['webhook']): Promise<void> {
    const { settings, feed, store, actor, log } = this.#options;
    const { webhook: config } = settings.config;
    if (Object.keys(config).length === 0) return;
    const { Webhooks } = await import('./events/webhooks.js');
    const webhooks = await Webhooks.open({
      config,
      feed,
      store,
      log,
      secretIsNamed: (one) => settings.origins.get(`webhook.${one}.secretFile`)?.from !== 'default',
      context: () => {
        const { session } = actor.state;
        const me = session?.wid ? { id: session.wid, pushname: session.pushname } : null;
        return { account: settings.account, version: WAD_VERSION, me };
      },
      onAttempt,
    });
    await this.#closers.add(() => webhooks.close());
    this.#webhooks = webhooks;
  }

  /** Closes webhooks first, then the media prefetch. */
  close(): Promise<void> {
    return this.#closers.close();
  }
}
