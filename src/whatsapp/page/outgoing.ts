// Runs in the page: sends messages of every kind, with their files, which are transferred in pieces. A long send is polled,
// because puppeteer would cut off a call that lasts as long as an upload.
import type { Content } from '../../protocol/content.js';
import type { MessageRef } from '../../protocol/wid.js';
import type { OwnMessage } from '../../session/port.js';
import type { ChannelInvites } from './channel-invites.js';
import type { Choices } from './choices.js';
import type { Tools } from './messages.js';
import type { Own } from './own-message.js';
import type { PageChat, PageModel, PageMsg, PageWindow } from './page-window.js';
import type { Posts } from './posts.js';
import type { Mended } from './tools.js';

declare const window: PageWindow;

interface Job {
  state: 'running' | 'done' | 'failed' | 'had';
  error: string;
  refused: string | null;
  /** The ack of the message in the page when the send had ended; null when the page did not have it. */
  ack: number | null;
  /** What the page had under this id before, so that nothing was sent. */
  had: OwnMessage | null;
  ended: Promise<void>;
}

/** Where a message goes. */
export interface Place {
  readonly chatId: string;
  /** The other identity of the person, under which the page may have earlier messages. */
  readonly other: string | null;
}

/** The state of a send; `unknown` when this document did not begin it. */
export interface Ending {
  readonly state: Job['state'] | 'unknown';
  readonly error: string;
  readonly refused: string | null;
  readonly ack: number | null;
  /** Only with `had`. */
  readonly had: OwnMessage | null;
}

export function makeOutgoing(
  tools: Tools,
  _mended: Mended,
  posts: Posts,
  own: Own,
  choices: Choices,
  invites: ChannelInvites,
) {
  const jobs = new Map<string, Job>();
  /** Base64 pieces of files that are being transferred, by the id of their message. */
  const files = new Map<string, string[]>();

  /** Opens a chat. A new one may need the person's other identity, which a lookup provides (H21). */
  const openChat = async (id: string): Promise<PageChat> => {
    await tools.refuseClosed(id);
    const { getChat } = window.WWebJS as { getChat(id: string, how: object): Promise<PageChat | undefined> };
    try {
      const chat = await getChat(id, { getAsModel: false });
      if (chat) return chat;
    } catch (error) {
      if (!tools.isPerson(id)) throw error;
    }
    await window.require('WAWebQueryExistsJob').queryWidExists(tools.createWid(id));
    const chat = await getChat(id, { getAsModel: false });
    return chat ?? tools.refuse('no_such_chat', `There is no chat ${id}.`);
  };

  /** In a group that uses LIDs, people are mentioned by LID. */
  const mentioned = (chat: PageChat, ids: readonly string[]): string[] =>
    ids.map((id) => {
      const { isLidAddressingMode } = (chat.groupMetadata ?? {}) as PageModel;
      return (isLidAddressingMode === true ? tools.pair(id).lid : null) ?? id;
    });

  const vcard = (name: string, number: string): string => {
    const escaped = name.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');
    return [
      'BEGIN:VCARD',
      'VERSION:3.0',
      `N:;${escaped};;;`,
      `FN:${escaped}`,
      `TEL;type=CELL;type=VOICE;waid=${number}:+${number}`,
      'END:VCARD',
    ].join('\n');
  };

  /** The preview of a link, with the attributes of WAWebLinkPreviewChatAction. */
  const cardOf = async ({ text, linkPreview }: Extract<Content, { kind: 'text' }>): Promise<object> => {
    if (linkPreview === undefined) return {};
    if (linkPreview === true) return posts.previewOf(text);
    const { url, title, description, thumbnail } = linkPreview;
    return {
      ...{ title, description, thumbnail, matchedText: url, canonicalUrl: url, richPreviewType: 0 },
      ...{ preview: true, subtype: 'url' },
    };
  };

  /** An answer in another chat than its question would have no meaning. */
  const refuseElsewhere = (chat: PageChat, quoted: PageMsg): void => {
    const { remote } = tools.parts(quoted);
    if (!tools.names(remote).includes(tools.text(chat.id)))
      tools.refuse('not_allowed', `The message with the choices is in the chat ${remote}.`);
  };

  /** WAWebNonJidMentionType */
  const MENTION_ALL = 1;
  /** The page offers @all to members of small groups, and to admins (admin_only_mention_everyone_group_size). */
  const MOST_LOUD = 32;
  const refuseUnlessLoud = (chat: PageChat): void => {
    const people =
      tools.attempt(() => chat.groupMetadata?.participants.getModelsArray() as PageModel[]) ?? [];
    const isAdmin = people.some(
      (one) => tools.isMe(one.id) && (one.isAdmin === true || one.isSuperAdmin === true),
    );
    if (people.length > MOST_LOUD && !isAdmin)
      tools.refuse('not_allowed', `In a group of more than ${MOST_LOUD}, only admins may mention everybody.`);
  };

  /**
   * The attributes by which a file belongs to its album (WAWebAssociationProtoUtils and WAWebMediaPrep, 2026-04-27). Without
   * the album, which may have failed or been cancelled, it is sent as any file.
   */
  const inAlbum = async (id: string, { chatId, other }: Place): Promise<object> => {
    const place = { fromMe: true, remote: chatId, participant: null };
    const album = await tools.findMessage({ id, place }, other);
    if (album === null || album.ack < 0) return {};
    return { associationType: 'MEDIA_ALBUM', viewMode: 'MEDIA_ALBUM', parentMsgKey: album.id };
  };

  /**
   * The arguments of the library's sendMessage: the text, the options, and fields that finally override those
   * of the message.
   */
  const inItsWords = async (content: Content, data: string, quoted: PageMsg | null, place: Place) => {
    switch (content.kind) {
      case 'text':
        return {
          text: content.text,
          options: {},
          extra: await cardOf(content),
        };
      case 'location': {
        const { latitude: lat, longitude: lng, name: loc } = content;
        return { text: '', options: {}, extra: { type: 'location', lat, lng, loc } };
      }
      case 'contact': {
        const cards = content.contacts.map(({ name, number }) => ({
          displayName: name,
          vcard: vcard(name, number),
        }));
        const [one] = cards;
        const extra =
          cards.length === 1 && one
            ? { type: 'vcard', body: one.vcard, vcardFormattedName: one.displayName }
            : { type: 'multi_vcard', vcardList: cards, body: undefined };
        return { text: '', options: {}, extra };
      }
      case 'poll': {
        const poll = {
          pollName: content.question,
          pollOptions: content.options.map((name, localId) => ({ name, localId })),
          options: { allowMultipleAnswers: content.multiple, messageSecret: undefined },
        };
        return { text: '', options: { poll }, extra: {} };
      }
      case 'event': {
        const seconds = (time: string): number => Math.floor(Date.parse(time) / 1_000);
        const event = {
          name: content.name,
          startTimeTs: seconds(content.startsAt),
          eventSendOptions: {
            description: content.description,
            endTimeTs: content.endsAt === undefined ? undefined : seconds(content.endsAt),
            location: content.place,
            callType: content.call ?? 'none',
            isEventCanceled: false,
          },
        };
        return { text: '', options: { event }, extra: {} };
      }
      case 'album':
        return { text: '', options: {}, extra: { type: 'album', kind: 'album' } };
      case 'channel_invite':
        return {
          text: '',
          options: {},
          extra: await invites.attributesOf(content.channel, place.chatId, content.text ?? ''),
        };
      case 'choice': {
        const asked = quoted ?? tools.refuse('no_such_message', 'The message with the choices is not there.');
        return { text: '', options: {}, extra: choices.answerTo(asked, content.choice) };
      }
      default: {
        const { kind, file, caption, quality, viewOnce } = content;
        let media = { mimetype: file.mimetype, data, filename: file.name ?? kind };
        if (kind === 'sticker' && media.mimetype !== 'image/webp') {
          const { toStickerData } = window.WWebJS as { toStickerData(media: object): Promise<object> };
          media = { ...media, ...(await toStickerData(media)) };
        }
        const options = {
          media,
          caption,
          isCaptionByUser: caption !== undefined,
          sendAudioAsVoice: kind === 'voice' || undefined,
          sendMediaAsDocument: kind === 'document' || undefined,
          sendMediaAsSticker: kind === 'sticker' || undefined,
          sendVideoAsGif: kind === 'gif' || undefined,
          sendMediaAsHd: quality === 'hd' || undefined,
          isViewOnce: viewOnce,
        };
        return {
          text: '',
          options,
          extra: {
            ...(kind === 'document' && file.name !== null ? { filename: file.name } : {}),
            // The library omits it from a sticker, and recipients cannot identify the file without it.
            ...(kind === 'sticker' ? { mimetype: 'image/webp' } : {}),
            // It is encrypted and uploaded as a video (WAWebCryptoMediaTypeInfo), and only its type differs.
            // The library spreads the media model into the message, and its private field wins over `type` (WAWebBaseModel).
            ...(kind === 'video_note' ? { type: 'ptv', __x_type: 'ptv' } : {}),
            ...(content.album === undefined ? {} : await inAlbum(content.album, place)),
          },
        };
      }
    }
  };

  const send = async (
    place: Place,
    own: Readonly<Record<string, string>>,
    content: Content,
    replyTo: MessageRef | null,
    data: string,
  ): Promise<void> => {
    const { chatId } = place;
    if (posts.isPost(chatId)) return posts.send(chatId, own, content, data);
    const chat = await openChat(chatId);
    const quoted = replyTo === null ? null : await tools.message(replyTo);
    if (content.kind === 'choice' && quoted !== null) refuseElsewhere(chat, quoted);
    if (content.mentionAll) refuseUnlessLoud(chat);
    const { text, options, extra } = await inItsWords(content, data, quoted, place);
    const { sendMessage } = window.WWebJS as {
      sendMessage(chat: PageChat, text: string, options: object): Promise<unknown>;
    };
    await sendMessage(chat, text, {
      ...options,
      ...(quoted === null ? {} : { quotedMessageId: tools.keyText(quoted.id) }),
      mentionedJidList: mentioned(chat, content.mentions ?? []),
      extraOptions: { ...extra, ...(content.mentionAll ? { nonJidMentions: MENTION_ALL } : {}), ...own },
    });
  };

  /** The ack of our message; the newest messages are at the end. */
  const ackOf = (messageId: string): number | null => {
    const { Msg } = window.require('WAWebCollections') as { Msg: { getModelsArray?(): PageMsg[] } };
    return Msg.getModelsArray?.().findLast(({ id }) => id.fromMe && id.id === messageId)?.ack ?? null;
  };

  const ended = async (messageId: string, ms: number): Promise<Ending> => {
    const job = jobs.get(messageId);
    if (!job) return { state: 'unknown', error: '', refused: null, ack: null, had: null };
    await Promise.race([
      job.ended,
      new Promise<null>((resolve) => window.setTimeout(() => resolve(null), ms)),
    ]);
    const { state, error, refused, ack, had } = job;
    if (state !== 'running') jobs.delete(messageId);
    return { state, error, refused, ack, had };
  };

  return {
    /** Takes one more piece of the file of a message. */
    take(messageId: string, piece: string, first: boolean): void {
      const pieces = first ? [] : (files.get(messageId) ?? []);
      pieces.push(piece);
      files.set(messageId, pieces);
    },

    /**
     * Begins a send and returns how it ended; `running` when it has not ended within `ms`.
     * @param tag carries our id to the message's key; see page/own-id.ts
     * @param isAgain a page may have been given the message before, perhaps under the other identity of its chat: what this
     * page has of it already is the answer, and nothing is sent
     */
    begin(
      place: Place,
      messageId: string,
      tag: Readonly<Record<string, string>>,
      content: Content,
      replyTo: MessageRef | null,
      isAgain: boolean,
      ms: number,
    ): Promise<Ending> {
      const data = (files.get(messageId) ?? []).join('');
      files.delete(messageId);
      const job: Job = {
        ...{ state: 'running', error: '', refused: null, ack: null, had: null },
        ended: Promise.resolve(),
      };
      jobs.set(messageId, job);
      // At once: a send that is given up while the page looks for the message must stay so.
      if (isAgain) own.allowAgain(messageId);
      const { chatId, other } = place;
      const run = async (): Promise<void> => {
        if (isAgain) job.had = await own.find(chatId, messageId, false, other);
        if (job.had === null) await send(place, tag, content, replyTo, data);
      };
      job.ended = run().then(
        async () => {
          if (job.had !== null) {
            job.state = 'had';
            return;
          }
          const isPost = posts.isPost(chatId);
          const trouble = isPost ? null : await own.failureOf(messageId);
          if (trouble) Object.assign(job, { ...trouble, state: 'failed' });
          else job.state = 'done';
          // A post has been confirmed by the server, although the page may not show its ack yet.
          job.ack = isPost ? 1 : ackOf(messageId);
        },
        (thrown: unknown) => {
          const { refused, why, name, message } = (thrown ?? {}) as Record<string, unknown>;
          job.state = 'failed';
          job.refused = typeof refused === 'string' ? refused : null;
          job.error = job.refused
            ? String(why)
            : message === undefined
              ? String(thrown)
              : `${name}: ${message}`;
        },
      );
      return ended(messageId, ms);
    },

    /** The state of a send that was still running. */
    ended,

    /** Forgets the pieces of a message whose send will not begin. */
    drop(messageId: string): void {
      files.delete(messageId);
    },
  };
}
