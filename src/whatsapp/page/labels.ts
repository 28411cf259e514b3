// Runs in the page: lists and changes labels, and puts them on chats, with the page's own actions. The page asks a person
// with its collection's addOrRemoveLabels, which shows a notice and hides failures; what that does is called here
// (WAWebLabelCollection, 2026-04-27). Only chats and people have labels in the page, no messages (WAWebListItemParentType).
import type { Label } from '../../protocol/methods/label.js';
import type { Tools } from './messages.js';
import type { PageModel, PageWindow } from './page-window.js';

declare const window: PageWindow;

export function makeLabels(tools: Tools) {
  const { answered, attempt, confirmed, refuse, word, label: named } = tools;
  /** WAWebSchemaLabel.ListType: a label that WhatsApp itself has put on a chat. */
  const SERVER_ASSIGNED = 7;
  const collection = () => window.require('WAWebCollections').Label;

  const show = (one: PageModel): Label => ({
    id: String(one.id),
    name: word(one.name) ?? '',
    color: Number.isSafeInteger(one.colorIndex) ? (one.colorIndex as number) : null,
    chats: tools.count(one.chatCount ?? one.count),
  });

  const NONE = 'This account has no labels. WhatsApp has them for business accounts.';
  /** The page has labels of business accounts, and lists of others where WhatsApp has switched them on. */
  const requireLabels = (): void => {
    const { canDisplayLabel, labelsEditingEnabled } = window.require('WAWebBizGatingUtils');
    if (canDisplayLabel() !== true && labelsEditingEnabled() !== true) refuse('not_allowed', NONE);
  };
  const requireEditing = (): void => {
    requireLabels();
    if (window.require('WAWebBizGatingUtils').labelsEditingEnabled() !== true)
      refuse('not_allowed', 'The phone of this account does not take changes of labels from other devices.');
  };
  const refuseTaken = (name: string, but?: PageModel): void => {
    const isTaken = tools
      .labels()
      .some((one) => one !== but && String(one.name).toLowerCase() === name.toLowerCase());
    if (isTaken) refuse('not_allowed', `There is a label ${name} already.`);
  };

  return {
    list(part: { limit?: number | undefined; offset?: number | undefined }) {
      requireLabels();
      const labels = tools.labels().map(show);
      labels.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
      return { labels: tools.part(labels, part), total: labels.length };
    },

    async create({ name, color }: { name: string; color?: number | undefined }): Promise<Label> {
      requireEditing();
      refuseTaken(name);
      const free = color ?? attempt(() => collection().getNextAvailableColor() as number) ?? 0;
      const { labelAddAction } = window.require('WAWebBizLabelEditingAction');
      const id = await answered('outcome_unknown', 'the new label', labelAddAction(name, free));
      // The page answers nothing when its own store failed.
      if (id === undefined || id === null)
        return refuse('page_error', 'WhatsApp Web did not store the new label.');
      await confirmed('there is no new label', () => collection().get(String(id)) !== undefined);
      return show(collection().get(String(id)));
    },

    async update(ref: string, { name, color }: { name?: string | undefined; color?: number | undefined }) {
      requireEditing();
      const one = named(ref);
      const newName = name ?? String(one.name);
      const newColor = color ?? (one.colorIndex as number | undefined);
      refuseTaken(newName, one);
      const { labelEditAction } = window.require('WAWebBizLabelEditingAction');
      const args = [String(one.id), newName, one.predefinedId, newColor, one.isActive, one.type];
      await answered('outcome_unknown', 'the change of the label', labelEditAction(...args));
      await confirmed('the label is unchanged', () => {
        const now = collection().get(one.id);
        return now?.name === newName && now.colorIndex === newColor;
      });
      return show(collection().get(one.id));
    },

    async remove(ref: string): Promise<{ label: Label; deleted: boolean }> {
      requireEditing();
      const one = named(ref);
      const label = show(one);
      const { labelDeleteAction } = window.require('WAWebBizLabelEditingAction');
      const gone = labelDeleteAction(label.id, label.name, one.colorIndex);
      await answered('outcome_unknown', 'deleting the label', gone);
      await confirmed('the label is still there', () => !collection().get(label.id));
      return { label, deleted: true };
    },

    async assign(ref: string, chatId: string, assigned: boolean): Promise<void> {
      requireLabels();
      const { id } = named(ref);
      const chat = tools.chat(chatId);
      const has = () => tools.labelsOn(chat).some((one) => one.id === String(id));
      if (has() === assigned) return;
      const change = { id, type: assigned ? 'add' : 'remove' };
      // A label that WhatsApp has put on the chat by itself would come back with the next document.
      const own = assigned
        ? null
        : attempt(() => window.require('WAWebBizLabelUtils').mapManualLabelIdToDetectedOutcomeLabelId(id));
      const more = own === null ? [] : [{ id: own, type: 'remove', listType: SERVER_ASSIGNED }];
      const { editLabelAssociation } = window.require('WAWebEditLabelAssociationBridge');
      const stored = editLabelAssociation([...more, change], [chat]);
      await answered('outcome_unknown', 'the label of the chat', stored);
      collection().addOrRemoveLabelsMD([change], [chat]);
      await confirmed('the labels of the chat are unchanged', () => has() === assigned);
    },
  };
}
