// Runs in the page: deletes statuses of this account. All modules as of 2026-04-27.
import type { MessageRef } from '../../protocol/wid.js';
import type { Tools } from './messages.js';
import type { PageModel, PageMsg, PageWindow } from './page-window.js';

declare const window: PageWindow;

export function makeStatuses(tools: Tools) {
  const { answered, attempt, refuse } = tools;
  const collection = () => window.require('WAWebCollections').Status;

  return {
    /** Deletes a status of this account for everybody. */
    async remove(ref: MessageRef) {
      const msg: PageMsg = await tools.message(ref);
      const parts = tools.parts(msg);
      // The action only takes the message out of this model. A page that has not shown statuses since it was loaded has no
      // model of ours.
      const own: PageModel =
        attempt(() => collection().getMyStatus() as PageModel) ??
        ({ revokeMsgs: () => (msg.delete as (() => void) | undefined)?.call(msg) } satisfies PageModel);
      const { sendStatusRevokeMsgAction } = window.require('WAWebRevokeStatusAction');
      await answered('outcome_unknown', 'deleting the status', sendStatusRevokeMsgAction(own, msg));
      // It swallows every error. It deletes the status from the page's store after the server has answered.
      if ((await tools.findMessage(ref)) !== null)
        refuse('outcome_unknown', 'WhatsApp Web could not confirm that the status was deleted.');
      return parts;
    },
  };
}
