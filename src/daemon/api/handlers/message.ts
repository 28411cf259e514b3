// message.*: accepts messages for sending, waits for their outcome, and looks messages up.
import { capabilityWord } from '../../../protocol/capability.js';
import type { AlbumPart, Content, FileRef } from '../../../protocol/content.js';
import { Fault } from '../../../protocol/fault.js';
import type { FaultKind } from '../../../protocol/fault-table.js';
import type { Handlers } from '../../../protocol/method.js';
import type { METHODS } from '../../../protocol/methods/index.js';
import {
  type Addressee,
  escapeId,
  type MessageRef,
  messageKey,
  parseAddressee,
  parseMessageRef,
} from '../../../protocol/wid.js';
import { reasonOf } from '../../../session/state.js';
import type { StoredMessage } from '../../../store/outbox-row.js';
import type { Store } from '../../../store/store.js';
import { capabilityFor, capabilityToReach } from '../../../whatsapp/capabilities/actions.js';
import type { Account } from '../../account.js';
import type { Feed } from '../../events/feed.js';
import { namedMessage } from '../../incoming/message-lookup.js';
import { limited } from '../../machine/time-limit.js';
import { contentOf } from '../../media/content.js';
import type { MediaStore } from '../../media/media-store.js';
import type { Transcoder } from '../../media/voice.js';
import { partsOf } from '../../outgoing/album.js';
import { show } from '../../outgoing/outbox.js';
import { reached } from '../../outgoing/outbox-wait.js';
import { refuseLost } from '../../session/capability-tracker.js';
import { knownMessage } from '../known-message.js';
import { refuseUnfit } from '../post-rules.js';
import { refuseWhenEnding } from '../ready-client.js';

type MessageHandlers = Pick<Handlers<typeof METHODS>, 'message.send' | 'message.get' | 'message.wait'>;

/** How long an accept waits for WhatsApp to answer whether a number exists. */
const RESOLVE_MS = 2_000;

/** The faults with which WhatsApp answers about a chat; any other failure says nothing about it. */
const NEVER: ReadonlySet<FaultKind> = new Set(['no_such_chat', 'not_allowed']);

export function messageHandlers(
  account: Account,
  store: Store,
  feed: Feed,
  mediaStore: MediaStore,
  voices: Transcoder,
): MessageHandlers {
  const { actor } = account;
  const { outbox, recipients } = account.outgoing;
  return {
    'message.send': async (asked, { signal }) => {
      const { to, key = null, notBefore, expiresAt } = asked;
      const recipient = parseAddressee(to);
      const times = { notBeforeMs: msOf(notBefore), expiresAtMs: msOf(expiresAt) };
      const wid = owner();
      const first = key === null ? null : store.outbox.withKey(key, wid);
      const content = await contentOf(
        { ...asked, ...named(asked.replyTo, first) },
        { get: (id) => fileOf(id, first) },
        voices,
        signal,
      );
      const { kind, ...payload } = content;
      const request = { wid, recipient, kind, payload, key, ...times };
      const earlier = outbox.earlier(request);
      if (earlier !== null) return answerOf(earlier);
      refuseTimes(times);
      refuseUnfit(recipient, content);
      for (const one of kindsOf(content)) refuseLacking(one, recipient);
      const chatId = await resolve(recipient, signal);
      if (chatId === null)
        throw new Fault('not_on_whatsapp', {
          reason: `${recipient.replace(/@c\.us$/, '')} is not on WhatsApp.`,
        });
      // The linked account may have changed while WhatsApp was asked.
      return answerOf(await outbox.accept({ ...request, wid: owner(), chatId }));
    },

    'message.get': async ({ id }) => {
      // The row is on disk, and reported as sent, shortly before its event is.
      await feed.settled();
      return knownMessage(store, id, account.address);
    },

    'message.wait': ({ id, for: goal = 'sent', timeoutMs }, { signal }) =>
      limited(timeoutMs, [signal], async (bound) =>
        show(
          await reached(outbox, id, goal, { wid: () => store.account.wid, signal: bound }),
          account.address,
        ),
      ),
  };

  function answerOf(row: StoredMessage) {
    const parts = partsOf(store, row);
    return { ...brief(row), ...(row.kind === 'album' && { parts: parts.map(brief) }) };
  }

  /** @param first an earlier request with the same key: an id names the same message as it did then */
  function named(replyTo: string | undefined, first: StoredMessage | null): { replyTo?: string } {
    if (replyTo === undefined) return {};
    const { id, place } = parseMessageRef(replyTo);
    const before = first?.payload.replyTo;
    if (typeof before === 'string' && place === null && parseMessageRef(before).id === id)
      return { replyTo: before };
    return { replyTo: withKey(namedMessage(store, replyTo).ref) };
  }

  /**
   * A file to send. If it has been removed to make room, an earlier request with the same key still describes
   * it. Of a sound that was converted, only the voice message is known.
   * @throws (rejects) Fault no_such_media
   */
  async function fileOf(id: string, first: StoredMessage | null): Promise<FileRef> {
    try {
      return await mediaStore.get(id);
    } catch (error) {
      const { file, parts = [] } = (first?.payload ?? {}) as { file?: FileRef; parts?: readonly AlbumPart[] };
      if (file !== undefined && (file.id === id || first?.kind === 'voice')) return file;
      const part = parts.find((one) => one.file.id === id);
      if (part !== undefined) return part.file;
      throw error;
    }
  }

  /**
   * The account that a message is accepted for: the one that was linked last, in any state of its page.
   * @throws Fault not_linked when only a new link by a person could make it possible to
   * send; banned, shutting_down …
   */
  function owner(): string {
    const { state } = actor;
    const { hint } = account;
    refuseWhenEnding(state);
    const reason = `The account is ${state.name} (${reasonOf(state)}).`;
    if (reasonOf(state) === 'banned') throw new Fault('banned', { hint });
    const { wid } = store.account;
    const isUnlinked = state.session === null && (state.name === 'stopped' || state.name === 'logging-out');
    if (isUnlinked || (wid === null && state.session === null))
      throw new Fault('not_linked', { reason, ...(hint && { hint }) });
    if (wid === null)
      throw new Fault('not_ready', { reason: `${reason} Its phone number is not known yet.` });
    // Known from the last page, also while that page is being replaced.
    refuseLost(account.capabilities, 'send.text', account.slot.browser.whatsappWeb);
    return wid;
  }

  /** Refuses only what the present page lacks: the next page may have it. @throws Fault unsupported_now */
  function refuseLacking(kind: Content['kind'], recipient: Addressee): void {
    if (actor.state.name !== 'ready') return;
    for (const capability of ['send.text', capabilityFor(kind), capabilityToReach(recipient)]) {
      const state = capability === null ? undefined : account.capabilities[capability];
      if (state?.state !== 'missing') continue;
      const reason = `${capability} is ${capabilityWord(state)}.`;
      throw new Fault('unsupported_now', { reason, more: { capability } });
    }
  }

  /** The chat to send to, or null when WhatsApp answers in time that there is none. */
  async function resolve(recipient: Addressee, signal: AbortSignal): Promise<Addressee | null> {
    if (actor.state.name !== 'ready') return recipient;
    try {
      return await limited(RESOLVE_MS, [signal], (bound) => recipients.find(recipient, bound));
    } catch (error) {
      if (error instanceof Fault && NEVER.has(error.kind)) throw error;
      // Still unknown; it is resolved when the message is sent.
      return recipient;
    }
  }
}

/** The message that is answered, by its key if known: the page may no longer have it in its memory. */
const withKey = ({ id, place }: MessageRef): string =>
  place === null ? escapeId(id) : messageKey({ ...place, participant: place.participant ?? undefined, id });

const msOf = (instant: string | undefined): number | null =>
  instant === undefined ? null : Date.parse(instant);

/** @throws Fault invalid_params */
function refuseTimes({
  notBeforeMs,
  expiresAtMs,
}: Record<'notBeforeMs' | 'expiresAtMs', number | null>): void {
  if (expiresAtMs === null) return;
  if (expiresAtMs <= Date.now())
    throw new Fault('invalid_params', { reason: 'expiresAt has passed', hint: null });
  if (notBeforeMs !== null && notBeforeMs >= expiresAtMs)
    throw new Fault('invalid_params', { reason: 'notBefore is not before expiresAt', hint: null });
}

/** The kinds of a message and of what belongs to it. */
const kindsOf = (content: Content): ReadonlySet<Content['kind']> =>
  new Set([content.kind, ...(content.kind === 'album' ? content.parts.map(({ kind }) => kind) : [])]);

const brief = ({ id, messageId, state }: StoredMessage) => ({ id, messageId, state });
