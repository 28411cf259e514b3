/**
 * Labels of a business account (WAWebLabelCollection, WAWebLabelModel, WAWebLabelItemCollection,
 * WAWebBizLabelUtils, WAWebBizLabelEditingAction, WAWebEditLabelAssociationBridge; 2026-04-27). Chats and people
 * have labels, messages do not (WAWebListItemParentType).
 */
import type { WireLabels } from '../wire.js';
import { knobs, never } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { type Chat, Chats } from './chats.js';
import { Collection } from './collection.js';
import { Conn } from './conn.js';
import { Model } from './model.js';

class LabelItem extends Model {
  declare id: string;
  declare parentType: 'Chat' | 'Contact';
  declare parentId: string;
  declare labelId: string;
}

export class Label extends Model {
  declare id: string;
  declare name: string | undefined;
  declare colorIndex: number | undefined;
  declare chatCount: number;
  declare count: number;
  declare predefinedId: number | undefined;
  declare isActive: boolean | undefined;
  declare type: number | undefined;
  readonly labelItemCollection = new Collection<LabelItem>();

  constructor(attributes: object) {
    super({ chatCount: 0, count: 0, ...attributes });
    const recount = (item: LabelItem): void => {
      const chatCount = this.labelItemCollection.filter(({ parentType }) => parentType === 'Chat').length;
      this.set({ chatCount, count: chatCount });
      // The collection keeps the labels of the chat, newest first.
      const chat = item.parentType === 'Chat' ? Chats.get(item.parentId) : undefined;
      if (!chat) return;
      const others = (chat.labels ?? []).filter((id) => id !== this.id);
      chat.labels = this.labelItemCollection.get(item.id) ? [this.id, ...others] : others;
    };
    this.labelItemCollection.on('add', recount);
    this.labelItemCollection.on('remove', recount);
  }
}

type Change = { id: string; type: 'add' | 'remove'; listType?: number };

class LabelCollection extends Collection<Label> {
  constructor() {
    super();
    this.on('remove', ({ id, labelItemCollection }: Label) => {
      for (const { parentId } of labelItemCollection.models) {
        const chat = Chats.get(parentId);
        if (chat) chat.labels = (chat.labels ?? []).filter((one) => one !== id);
      }
    });
  }

  getNextAvailableColor(): number {
    const used = this.map(({ colorIndex }) => colorIndex);
    return Array.from({ length: 20 }, (_, index) => index).find((index) => !used.includes(index)) ?? 0;
  }

  /** A chat is entered as a chat and as a person. */
  addOrRemoveLabelsMD(changes: readonly Change[], chats: readonly Chat[]): void {
    for (const { id, type } of changes)
      for (const chat of chats) {
        const items = (this.get(id) ?? this.add(new Label({ id }))).labelItemCollection;
        const parentId = String(chat.id);
        for (const parentType of ['Chat', 'Contact'] as const) {
          const key = `${parentId}_${id}_${parentType}`;
          if (type === 'add') items.add(new LabelItem({ id: key, parentType, parentId, labelId: id }));
          else items.remove(key);
        }
      }
  }

  /** `add` with `merge`. */
  merge({ id, ...attributes }: { id: string; name: string; colorIndex: number }): void {
    const known = this.get(id);
    if (known) known.set(attributes);
    else this.add(new Label({ id, ...attributes }));
  }
}

export const Labels = new LabelCollection();

/** WAWebMobilePlatforms */
const isSMB = (): boolean => Conn.platform === 'smba' || Conn.platform === 'smbi';

/** WAWebBizGatingUtils */
export const BizGatingUtils = {
  smbNotesV1Enabled: () => false,
  canDisplayLabel: isSMB,
  canEditLabelAssociation: isSMB,
  labelsEditingEnabled: () => isSMB() && knobs.labelEditing !== 'unsupported',
};

/** The change is stored here first, and sent to the other devices when there is a connection. */
async function edit(args: { id: string; name: string; color: number; deleted?: boolean }): Promise<void> {
  if (!BizGatingUtils.labelsEditingEnabled()) throw new Error('Invariant Violation');
  if (knobs.labelEditing === 'hangs') return never();
  await chatSocket.request('label-edit', args);
}

export const BizLabelEditingAction = {
  async labelAddAction(name: string, colorIndex: number): Promise<number> {
    const id = Math.max(0, ...Labels.map((label) => Number(label.id))) + 1;
    await edit({ id: String(id), name, color: colorIndex });
    Labels.merge({ id: String(id), name, colorIndex });
    return id;
  },
  async labelEditAction(id: string, name: string, _predefinedId: unknown, colorIndex: number): Promise<void> {
    await edit({ id, name, color: colorIndex });
    Labels.merge({ id, name, colorIndex });
  },
  async labelDeleteAction(id: string, name: string, colorIndex: number): Promise<void> {
    await edit({ id, name, color: colorIndex, deleted: true });
    Labels.remove(id);
  },
};

export const EditLabelAssociationBridge = {
  async editLabelAssociation(changes: readonly Change[], chats: readonly Chat[]): Promise<void> {
    if (!BizGatingUtils.canEditLabelAssociation()) throw new Error('editLabelAssociation is not supported');
    for (const { id, type } of changes)
      for (const chat of chats)
        await chatSocket.request('label-assign', { id, chat: String(chat.id), labeled: type === 'add' });
  },
};

/** Labels as all devices of the account have them (WAWebLabelSync, WAWebLabelJidSync, WAWebLabelsBridgeApi). */
export function learnLabels({ labels, on }: WireLabels): void {
  for (const { id } of Labels.models) if (!labels.some((label) => label.id === id)) Labels.remove(id);
  for (const { id, name, color } of labels) Labels.merge({ id, name, colorIndex: color });
  for (const label of Labels.models) {
    const wanted = on.filter((pair) => pair.label === label.id);
    const chats = wanted.flatMap(({ chat }) => Chats.either(chat) ?? []);
    const gone = label.labelItemCollection
      .filter(({ parentType }) => parentType === 'Chat')
      .flatMap(({ parentId }) => Chats.get(parentId) ?? [])
      .filter((chat) => !chats.includes(chat));
    Labels.addOrRemoveLabelsMD([{ id: label.id, type: 'add' }], chats);
    Labels.addOrRemoveLabelsMD([{ id: label.id, type: 'remove' }], gone);
  }
}
