// D5, statuses: posts a status with the page's own actions, under our id. Since 2026-04-30 WAWebStatusGatingUtils lacks
// canCheckStatusRankingPosterGating, which the library calls first ("is not a function", for every status). Since July 2026
// sendStatusMediaMsgAction of WAWebSendStatusMsgAction takes one object instead of two arguments ("Cannot read properties
// of undefined (reading 'id')"). The actions are called as each build requires. The page chooses the id of a text status,
// in WAWebStatusMsgDataUtils: our id is inserted there, so that the status can be looked up later. Delete the calls when a
// release makes them; our id is still needed then.
import { ID_TAG } from '../page/own-id.js';
import type { PageMsgKey, PageWindow } from '../page/page-window.js';
import type { Shim, ShimResult } from './shim.js';

declare const window: PageWindow;

/** Runs in the page: sends a text status under the id in its options. @param tag the property with the id */
async function mendStatusIds(tag: string): Promise<ShimResult> {
  type Data = { readonly id: PageMsgKey & { readonly remote: unknown; readonly participant?: unknown } };
  type Make = ((options: object, ...more: unknown[]) => Promise<Data | null>) & { wad?: true };
  const module = window.require('WAWebStatusMsgDataUtils') as { createTextStatusMsgData: Make };
  const make = module.createTextStatusMsgData;
  if (!make.wad) {
    const MsgKey = window.require('WAWebMsgKey');
    const wrapped: Make = async (options, ...more) => {
      const data = await make.call(module, options, ...more);
      const id = (options as Record<string, unknown>)[tag];
      if (!data || typeof id !== 'string') return data;
      const { fromMe, remote, participant } = data.id;
      const own = new MsgKey({ fromMe, remote, participant, id });
      // Under an id of the page's choice it could not be looked up, and might be sent twice.
      if (own.id !== id) throw new Error('wad: a status does not accept our id');
      return { ...data, id: own };
    };
    wrapped.wad = true;
    module.createTextStatusMsgData = wrapped;
  }
  // A probe, made as the page does, and not posted.
  const probe = await module.createTextStatusMsgData({ text: 'wad', [tag]: 'WADPROBE03' });
  if (probe?.id.id !== 'WADPROBE03') return 'failed: a status does not accept our id';
  let helper: unknown;
  try {
    helper = window.require('WAWebStatusGatingUtils').canCheckStatusRankingPosterGating;
  } catch {} // the module is missing, too
  const { sendStatusMediaMsgAction } = window.require('WAWebSendStatusMsgAction');
  return typeof helper === 'function' && sendStatusMediaMsgAction.length > 1 ? 'native' : 'patched';
}

/**
 * Runs in the page: posts a status in the way of this build.
 * @param post a text with our tag, or the data of a message with media and our id
 * @returns the page's result: OK when the server has it
 */
export async function postStatus(
  post: { readonly text: object } | { readonly media: object },
): Promise<string> {
  const action = window.require('WAWebSendStatusMsgAction');
  // The media are uploaded already.
  const beforeSend = async (): Promise<void> => {};
  const result =
    'text' in post
      ? await action.sendStatusTextMsgAction(post.text)
      : action.sendStatusMediaMsgAction.length > 1
        ? await action.sendStatusMediaMsgAction(post.media, beforeSend)
        : await action.sendStatusMediaMsgAction({
            mediaMsgData: post.media,
            beforeSend,
            funnelContext: undefined,
          });
  return String(result?.messageSendResult);
}

export const statusPost: Shim = {
  id: 'D5',
  breaks: 'the helper that the library calls before a status is missing, and media are passed as one object',
  since: '2.3000.1038358494',
  source: 'wwebjs/whatsapp-web.js #201745, #201761, #201807, PR #201816; devlikeapro/waha #2063',
  capability: 'send.status',
  apply: (page) => page.evaluate(mendStatusIds, ID_TAG),
};
