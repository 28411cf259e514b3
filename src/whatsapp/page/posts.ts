// Runs in the page: what is posted for whoever looks, and goes through no chat. The library's own ways are broken (D5), have
// the page choose the id of a status, and believe it sent whatever the server says; so a post is put together here, and
// handed to the page's own actions.
import type { Content, FileRef } from '../../protocol/content.js';
import type { PageModel, PageSocket, PageWid, PageWindow } from './page-window.js';
import type { Mended, Tools } from './tools.js';

declare const window: PageWindow;

type Door = (id: string, run: () => Promise<void>) => Promise<void>;
type WithFile = Extract<Content, { readonly file: FileRef }>;

/** @param throughTheDoor of page/own-id.ts */
export function makePosts(tools: Tools, mended: Mended, throughTheDoor: Door) {
  const me = (): PageWid => {
    const { getMaybeMeLidUser, getMaybeMePnUser } = window.require('WAWebUserPrefsMeUser');
    const { asUserWidOrThrow } = window.require('WAWebWidFactory');
    return asUserWidOrThrow(getMaybeMeLidUser() ?? getMaybeMePnUser()) as PageWid;
  };

  /** A file as the library makes it ready and uploads it, as attributes of a message. */
  const upload = async ({ kind, file, caption }: WithFile, data: string, how: object): Promise<object> => {
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

  /** What any message of ours has, as the library writes it. */
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

  /** What fails while there is no line to the server may have reached it: nobody has said so. */
  const spoken = async (run: () => Promise<void>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      const { state } = window.require('WAWebSocketModel').Socket as PageSocket;
      if (state === 'CONNECTED' && !String(error).includes('ERROR_NETWORK')) throw error;
      tools.refuse('outcome_unknown', `The connection was lost under the post (${String(error)}).`);
    }
  };

  const postStatus = async (to: string, id: string, tag: string, content: Content, data: string) => {
    const author = me();
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
    await throughTheDoor(id, () =>
      spoken(async () => {
        const word = await mended.postStatus(post);
        if (word !== 'OK') throw new Error(`WhatsApp Web did not post it: ${word}`);
      }),
    );
  };

  return {
    isPost: (to: string): boolean => to.endsWith('@broadcast'),
    /**
     * Settles when the server has it.
     * @param own the tag by which our id gets to the message's key; see page/own-id.ts
     */
    async send(
      to: string,
      own: Readonly<Record<string, string>>,
      content: Content,
      data: string,
    ): Promise<void> {
      const [[tag, id] = ['', '']] = Object.entries(own);
      await postStatus(to, id, tag, content, data);
    },
  };
}

export type Posts = ReturnType<typeof makePosts>;
