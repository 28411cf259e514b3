// D5: whatsapp-web.js posts no status any more. Since 2026-04-30 WAWebStatusGatingUtils has no
// canCheckStatusRankingPosterGating, which the library asks first ("is not a function", for every status), and since July
// 2026 sendStatusMediaMsgAction of WAWebSendStatusMsgAction takes one object where it took two arguments ("Cannot read
// properties of undefined (reading 'id')"). The page's own actions are called as each build wants it. A text's id is chosen
// by the page, in WAWebStatusMsgDataUtils: ours goes in there, so that what was posted can be asked for. Delete the calls
// when a release makes them; the id stays ours to choose.
import { ID_TAG } from '../page/own-id.js';
import type { PageMsgKey, PageWindow } from '../page/page-window.js';
import type { Shim, ShimResult } from './shim.js';

declare const window: PageWindow;

/** Runs in the page: a text status goes out under the id that its options carry. @param tag the property that does */
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
      // Under an id of the page's it could not be asked for, and would go out twice.
      if (own.id !== id) throw new Error('wad: a status does not take our id');
      return { ...data, id: own };
    };
    wrapped.wad = true;
    module.createTextStatusMsgData = wrapped;
  }
  // Made as the page makes it, and not posted.
  const probe = await module.createTextStatusMsgData({ text: 'wad', [tag]: 'WADPROBE03' });
  if (probe?.id.id !== 'WADPROBE03') return 'failed: a status does not take our id';
  let helper: unknown;
  try {
    helper = window.require('WAWebStatusGatingUtils').canCheckStatusRankingPosterGating;
  } catch {} // the module has gone with it
  const { sendStatusMediaMsgAction } = window.require('WAWebSendStatusMsgAction');
  return typeof helper === 'function' && sendStatusMediaMsgAction.length > 1 ? 'native' : 'patched';
}

/**
 * Runs in the page: posts a status by whichever way this build has.
 * @param post a text with our tag, or the data of a message with media, whose id is ours
 * @returns the page's word: OK when the server has it
 */
export async function postStatus(
  post: { readonly text: object } | { readonly media: object },
): Promise<string> {
  const action = window.require('WAWebSendStatusMsgAction');
  // Uploaded already.
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
  breaks: 'the helper that posting a status asks first is gone, and media are taken as one object',
  since: '2.3000.1038358494',
  source: 'wwebjs/whatsapp-web.js #201745, #201761, #201807, PR #201816; devlikeapro/waha #2063',
  capability: 'send.status',
  apply: (page) => page.evaluate(mendStatusIds, ID_TAG),
};
