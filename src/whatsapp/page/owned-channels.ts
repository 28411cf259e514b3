// Runs in the page: makes channels of this account, changes and deletes them. All modules as of 2026-04-27.
import type { Tools } from './messages.js';
import type { PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

export function makeOwnedChannels(tools: Tools) {
  const { answered, confirmed, findChannel: find, ledChannel: led, refuse, text } = tools;

  return {
    async create(name: string, description: string | null): Promise<{ channel: string }> {
      if (window.require('WAWebNewsletterGatingUtils').isNewsletterCreationEnabled() !== true)
        refuse('not_allowed', 'WhatsApp does not let this account make a channel.');
      const { createNewsletterAction } = window.require('WAWebNewsletterCreateAction');
      const made = await answered<PageWid | null>(
        'outcome_unknown',
        'making the channel',
        createNewsletterAction({ name, description, picture: null }),
      );
      // Null: the server has made it, and the page could not store it.
      if (made === null)
        return refuse('outcome_unknown', 'WhatsApp Web could not store the channel that it made.');
      const channel = text(made);
      if (!(await tools.until(() => find(channel) !== null)))
        refuse(
          'outcome_unknown',
          `WhatsApp has made the channel ${channel}, and its page does not list it yet.`,
        );
      return { channel };
    },

    async update(id: string, name: string | null, description: string | null): Promise<void> {
      const chat = led(id, ['owner', 'admin'], 'Only the owner and the admins of a channel can change it.');
      const fields = { editName: name !== null, editDescription: description !== null };
      const values = {
        ...(name === null ? {} : { name }),
        ...(description === null ? {} : { description }),
      };
      const { editNewsletterMetadataAction } = window.require('WAWebEditNewsletterMetadataAction');
      await answered(
        'outcome_unknown',
        'changing the channel',
        editNewsletterMetadataAction(chat, fields, values),
      );
      const meta = () => find(id)?.newsletterMetadata;
      await confirmed(
        'the channel is unchanged',
        () =>
          (name === null || meta()?.name === name) &&
          (description === null || (meta()?.description ?? '') === description),
      );
    },

    async remove(id: string): Promise<void> {
      const chat = led(id, ['owner'], 'Only the owner of a channel can delete it.');
      const { deleteNewsletterAction } = window.require('WAWebNewsletterDeleteAction');
      await answered('outcome_unknown', 'deleting the channel', deleteNewsletterAction(chat));
      await confirmed('the channel is still in the list', () => find(id) === null);
    },
  };
}
