// Runs in the page: posts statuses and channel messages. The library's own functions are broken (D5, D8), let the page
// choose the id of a status, and report a post as sent whatever the server answers. So posts are built here and passed to
// the page's own actions.
import type { Content, FileRef } from '../../protocol/content.js';
import type { FaultKind } from '../../protocol/fault-table.js';
import type { Tools } from './messages.js';
import type { PageChat, PageModel, PageSocket, PageWid, PageWindow } from './page-window.js';
import type { Mended, Refusal } from './tools.js';

declare const window: PageWindow;

type WithOwnId = (id: string, run: () => Promise<void>) => Promise<void>;
type WithFile = Extract<Content, { readonly file: FileRef }>;

/** @param withOwnId of page/own-id.ts */
export function makePosts(tools: Tools, mended: Mended, withOwnId: WithOwnId) {
  const PREVIEW_MS = 5_000;

  /** Uploads a file with the library, and returns the attributes of its message. */
  const upload = async ({ kind, file, caption }: WithFile, data: string, how: object): Promise<PageModel> => {
    const { processMediaData } = window.WWebJS as {
      processMediaData(media: object, how: object): Promise<PageModel>;
    };
    const media = { mimetype: file.mimetype, data, filename: file.name ?? kind };
    const model = await processMediaData(media, { ...how, forceVoice: kind === 'voice' || undefined });
    return {
      ...model,
      ...((model.toJSON?.() ?? {}) as object),
      body: model.preview,
      caption,
      isCaptionByUser: caption !== undefined,
    };
  };

  /** The common attributes of our messages, as in the library. */
  const frame = (id: string, from: PageWid, to: PageWid, participant?: PageWid) => ({
    id: new (window.require('WAWebMsgKey'))({ from, to, id, participant, selfDir: 'out' }),
    ack: 0,
    from,
    to,
    local: true,
    self: 'out',
    t: Math.floor(Date.now() / 1000),
    isNewMsg: true,
    type: 'chat',
  });

  const isConnected = (): boolean =>
    (window.require('WAWebSocketModel').Socket as PageSocket).state === 'CONNECTED';

  /** Runs a post. If it fails without a connection, the server may have it: the outcome is unknown. */
  const spoken = async (run: () => Promise<void>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      const isWord = (error as Partial<Refusal> | null)?.refused !== undefined;
      if (isWord || (isConnected() && !String(error).includes('ERROR_NETWORK'))) throw error;
      tools.refuse('outcome_unknown', `The connection was lost during the post (${String(error)}).`);
    }
  };

  const postStatus = async (to: string, id: string, tag: string, content: Content, data: string) => {
    const { getMaybeMeLidUser, getMaybeMePnUser } = window.require('WAWebUserPrefsMeUser');
    const { asUserWidOrThrow } = window.require('WAWebWidFactory');
    const author = asUserWidOrThrow(getMaybeMeLidUser() ?? getMaybeMePnUser()) as PageWid;
    const post =
      content.kind === 'text'
        ? { text: { text: content.text, [tag]: id } }
        : {
            media: {
              ...frame(id, author, tools.createWid(to), author),
              ...(await upload(content as WithFile, data, { sendToStatus: true })),
              author,
            },
          };
    await withOwnId(id, () =>
      spoken(async () => {
        const word = await mended.postStatus(post);
        if (word !== 'OK') throw new Error(`WhatsApp Web did not post it: ${word}`);
      }),
    );
  };

  /** Opt-in and bounded: a preview waits for the network in the middle of a send (H22). */
  const previewOf = async (text: string, chat?: PageChat): Promise<object> => {
    const link = window.require('WALinkify').findLink(text);
    if (!link) return {};
    const late = new Promise<null>((resolve) => window.setTimeout(() => resolve(null), PREVIEW_MS));
    const found = await Promise.race([mended.previewFor(link, chat).catch(() => null), late]);
    return found?.data ? { ...found.data, preview: true, subtype: 'url' } : {};
  };

  /** Whether this account is an admin of the channel; null when this build does not show it. */
  const leads = ({ newsletterMetadata: about }: PageChat): boolean | null => {
    if (typeof about?.iAmAdminOrOwner === 'function') return about.iAmAdminOrOwner() === true;
    const role = about?.membershipType;
    return typeof role === 'string' ? /^(owner|admin)$/i.test(role) : null;
  };

  /** Finds a channel, and refuses one in which this account may not post. */
  const channel = async (id: string): Promise<PageChat> => {
    const all = window.require('WAWebCollections');
    const { WAWebNewsletterCollection: channels } = all;
    const wid = tools.createWid(id);
    let chat = channels.get(id) as PageChat | undefined;
    try {
      if (!chat) {
        await window.require('WAWebLoadNewsletterPreviewChatAction').loadNewsletterPreviewChat(id);
        chat = await channels.find(wid);
      } else if (leads(chat) === false) {
        // The account may have become an admin since.
        const known = all.NewsletterMetadataCollection ?? all.WAWebNewsletterMetadataCollection;
        await known?.update(wid);
      }
    } catch (error) {
      if (!isConnected()) tools.refuse('not_ready', 'WhatsApp Web is not connected.');
      if (!chat) tools.refuse('no_such_chat', `There is no channel ${id} (${String(error)}).`);
    }
    if (!chat) return tools.refuse('no_such_chat', `There is no channel ${id}.`);
    if (leads(chat) === false)
      tools.refuse('not_allowed', `This account is neither the owner nor an admin of the channel ${id}.`);
    return chat;
  };

  /** Refuses with the fault for the server's code. */
  const refused = (code: unknown, id: string): never => {
    const kinds: Readonly<Record<string, FaultKind>> = {
      401: 'not_allowed',
      403: 'not_allowed',
      404: 'no_such_chat',
      405: 'not_allowed',
      410: 'no_such_chat',
      429: 'whatsapp_limit',
    };
    return tools.refuse(kinds[String(code)] ?? 'send_failed', `WhatsApp refused a post in ${id} (${code}).`);
  };

  const postInChannel = async (to: string, id: string, content: Content, data: string) => {
    const chat = await channel(to);
    const { getMaybeMeLidUser, getMaybeMePnUser } = window.require('WAWebUserPrefsMeUser');
    const isText = content.kind === 'text';
    const card = isText && content.linkPreview === true ? await previewOf(content.text, chat) : {};
    const body = isText
      ? { body: content.text, ...card }
      : await upload(content as WithFile, data, { sendToChannel: true });
    const { Msg } = window.require('WAWebCollections');
    const msg = new Msg.modelClass({
      ...frame(id, getMaybeMePnUser() ?? getMaybeMeLidUser(), chat.id),
      ...body,
    }) as PageModel & { t: number; serverId?: unknown };
    await withOwnId(id, () =>
      spoken(async () => {
        const records = window.require('WAWebNewsletterUpdateMsgsRecordsJob');
        const { msgDataFromMsgModel } = window.require('WAWebMsgDataFromModel');
        await records.addNewsletterMsgsRecords([msgDataFromMsgModel(msg)]);
        (chat.msgs as PageModel).add(msg);
        const answer = await window.require('WAWebNewsletterSendMessageJob').sendNewsletterMessageJob({
          msg,
          // The card of a link must be sent as media to be shown (D8).
          type: isText && Object.keys(card).length === 0 ? 'text' : 'media',
          newsletterJid: (chat.id as PageModel).toJid(),
          ...(isText ? {} : mended.postedMedia(msg, (body as PageModel).mediaHandle)),
        });
        const isOut = answer?.success === true;
        // The server has answered; if the page cannot record the answer, it still counts.
        try {
          Object.assign(msg, { t: answer?.ack?.t ?? msg.t, serverId: answer?.serverId });
          msg.updateAck(isOut ? 1 : -1, true);
          if (isOut) await records.updateNewsletterMsgRecord(msg);
        } catch {}
        if (!isOut) refused(answer?.ack?.error, to);
      }),
    );
  };

  return {
    previewOf,
    /** Refuses a missing channel, and one in which this account may not post. */
    refuseClosed: async (to: string): Promise<void> => {
      if (to.endsWith('@newsletter')) await channel(to);
    },
    isPost: (to: string): boolean => /@(broadcast|newsletter)$/.test(to),
    /**
     * Resolves when the server has the post.
     * @param own the tag that carries our id to the message's key; see page/own-id.ts
     */
    async send(
      to: string,
      own: Readonly<Record<string, string>>,
      content: Content,
      data: string,
    ): Promise<void> {
      const [[tag, id] = ['', '']] = Object.entries(own);
      if (to.endsWith('@broadcast')) await postStatus(to, id, tag, content, data);
      else await postInChannel(to, id, content, data);
    },
  };
}

export type Posts = ReturnType<typeof makePosts>;
