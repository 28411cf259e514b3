// Runs in the page: reads the statuses of others, only on request (U2), and deletes those of this account. The page keeps the
// statuses of a day in a collection of its own, one model a person. All modules as of 2026-04-27.
import type { Statuses } from '../../protocol/methods/status.js';
import type { MessageRef } from '../../protocol/wid.js';
import type { Tools } from './messages.js';
import type { PageModel, PageMsg, PageWindow } from './page-window.js';

declare const window: PageWindow;

export function makeStatuses(tools: Tools) {
  const { answered, attempt, count, refuse, text } = tools;
  const DAY_S = 86_400;
  const MOST = 100;
  /** WAWebAck.ACK.READ */
  const READ = 3;
  const now = (): number => Math.floor(Date.now() / 1000);

  const collection = () => window.require('WAWebCollections').Status;
  const messagesOf = (model: PageModel): PageMsg[] =>
    (model.msgs.getModelsArray() as PageMsg[]).filter(
      (msg) => msg.type !== 'revoked' && msg.type !== 'protocol' && count(msg.t) > now() - DAY_S,
    );
  const isSeen = (msg: PageMsg): boolean => msg.ack >= READ;

  /** People with statuses. Reads the page's own store: a page that was loaded again has none in memory (WAWebStatusCollection). */
  const everybody = async (): Promise<PageModel[]> => {
    await answered('page_error', 'the statuses', collection().sync());
    return (collection().getModelsArray() as PageModel[]).filter(
      (model) =>
        tools.isPerson(text(model.id)) &&
        !tools.isMe(model.id) &&
        (attempt(() => messagesOf(model)) ?? []).length > 0,
    );
  };
  const person = async (id: string): Promise<PageModel> => {
    const ids = tools.names(id);
    const found = (await everybody()).find((model) => ids.includes(text(model.id)));
    return found ?? refuse('no_such_contact', `${tools.nameOf(id)} has no statuses here.`);
  };
  const show = (model: PageModel): Statuses => {
    const messages = messagesOf(model);
    return {
      ...tools.identity(model.id),
      name: tools.nameOf(model.id),
      total: messages.length,
      unseen: messages.filter((msg) => !isSeen(msg)).length,
      lastAt: tools.instant(Math.max(...messages.map((msg) => count(msg.t)))),
    };
  };

  return {
    async list(part: { readonly limit?: number | undefined; readonly offset?: number | undefined }) {
      const found = (await everybody())
        .map(show)
        .sort((a, b) => (b.lastAt ?? '').localeCompare(a.lastAt ?? '') || a.id.localeCompare(b.id));
      return { statuses: tools.part(found, part), total: found.length };
    },

    /** The messages are the library's models, oldest first. */
    async get(id: string) {
      const model = await person(id);
      const { getMessageModel } = window.WWebJS as { getMessageModel(msg: PageMsg): unknown };
      const messages = messagesOf(model)
        .sort((a, b) => count(a.t) - count(b.t))
        .slice(-MOST);
      return { contact: show(model), messages: messages.map(getMessageModel) };
    },

    async see(id: string): Promise<Statuses> {
      const model = await person(id);
      const { Contact } = window.require('WAWebCollections');
      const { getIsMyContact } = window.require('WAWebFrontendContactGetters');
      for (const msg of messagesOf(model).filter((one) => !isSeen(one))) {
        // The page tells only people of the address book (WAWebStatusViewer_react).
        const sendReceipt = tools
          .names(text(msg.author) || text(model.id))
          .some((name) => attempt(() => getIsMyContact(Contact.get(name) as PageModel)) === true);
        const marked = Promise.resolve(model.sendReadStatus(msg, now(), { sendReceipt }));
        await answered('outcome_unknown', 'marking the status as seen', marked);
      }
      // It swallows the errors of the receipt.
      if (!messagesOf(model).every(isSeen))
        refuse('outcome_unknown', 'WhatsApp Web could not confirm that the statuses were marked as seen.');
      return show(model);
    },

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
