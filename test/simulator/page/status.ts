/**
 * Statuses: made and sent by their own actions, under the LID, to all viewers. A status that the server has
 * not confirmed is not resent by the page, unlike a message (see the knob postsResend).
 */
import { knobs } from './boot-record.js';
import { Chats } from './chats.js';
import { getMaybeMePnUser } from './conn.js';
import type { Msg } from './messages.js';
import { MsgKey } from './msg-key.js';
import { toLid } from './roster.js';
import { addAndSendMsgToChat } from './send.js';
import { createWid, type Wid } from './wid.js';

const STATUS = 'status@broadcast';
const GREEN = 0xff7acca5;

/** WAWebLidStatusMigrationUtils.matWidConvert */
const asLid = (wid: Wid): Wid => toLid(wid) ?? wid;
const me = (): Wid => asLid(createWid(getMaybeMePnUser()));

interface TextOptions {
  text?: string;
  color?: number;
  font?: number;
}
interface Data {
  id: MsgKey;
  from: Wid;
  [attribute: string]: unknown;
}
interface Posted {
  messageSendResult: string;
  msg: Msg;
}

export const StatusMsgDataUtils = {
  /** Null for a blank text. */
  async createTextStatusMsgData({ text = '', color = GREEN, font }: TextOptions): Promise<Data | null> {
    const body = text.trim();
    if (body === '') return null;
    const author = me();
    return {
      id: new MsgKey({ fromMe: true, remote: STATUS, id: await MsgKey.newId(), participant: author }),
      body,
      author,
      backgroundColor: color,
      ...(font === undefined ? {} : { font }),
      type: 'chat',
      t: Math.floor(Date.now() / 1000),
      from: author,
      to: createWid(STATUS),
      isNewMsg: true,
      local: true,
      self: 'out',
      ack: 0,
    };
  },
};

/** Stores and sends a status, and waits until the server has it. */
async function post(data: Data): Promise<Posted> {
  const [stored, result] = addAndSendMsgToChat(Chats.ensure(STATUS), data, undefined, {
    resends: knobs.postsResend,
  });
  const msg = await stored;
  const { messageSendResult } = await result;
  return { messageSendResult, msg };
}

async function postMedia(given: Data, beforeSend: (msg: object) => Promise<unknown>): Promise<Posted> {
  const { fromMe, remote, id, participant } = given.id;
  const data = {
    ...given,
    id: new MsgKey({ fromMe, remote, id, participant: participant && asLid(participant) }),
    from: asLid(given.from),
    author: me(),
  };
  await beforeSend(data);
  return post(data);
}

interface Named {
  mediaMsgData: Data;
  beforeSend: (msg: object) => Promise<unknown>;
}

export const SendStatusMsgAction = {
  async sendStatusTextMsgAction(options: TextOptions): Promise<Posted> {
    // Called through the module, so that a change of the module has an effect here.
    const data = await StatusMsgDataUtils.createTextStatusMsgData(options);
    if (data === null) throw new Error('invariant violation 73062');
    return post(data);
  },
  get sendStatusMediaMsgAction() {
    // The number of arguments is the only difference between the builds.
    return knobs.statusPosts === 'named'
      ? async ({ mediaMsgData, beforeSend }: Named) => postMedia(mediaMsgData, beforeSend)
      : async (data: Data, beforeSend: Named['beforeSend'], _funnelContext: object | undefined) =>
          postMedia(data, beforeSend);
  },
};

export const StatusGatingUtils = {
  get canCheckStatusRankingPosterGating() {
    return knobs.statusPosts === 'work' ? () => false : undefined;
  },
};
