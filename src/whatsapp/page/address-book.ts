// Runs in the page: saves and removes people. The page saves a number, and stores the LID with it
// (WAWebSaveContactAction, WAWebDeleteContactAction, WAWebContactEditSync; 2026-04-27).
import type { SavedName } from '../../session/page-port.js';
import type { Tools } from './messages.js';
import type { PageModel, PageWindow } from './page-window.js';

declare const window: PageWindow;

export function makeAddressBook(tools: Tools) {
  const { answered, attempt, confirmed, createWid, names, pair, refuse } = tools;

  /** The page does not offer it, and the phone ignores it, unless both sides have it (WAWebContactManagementGating). */
  const requireOffered = (): void => {
    const may = attempt(
      () => window.require('WAWebContactManagementGating').contactManagementEnabled() as boolean,
    );
    if (may === false)
      refuse('not_allowed', 'WhatsApp does not let this device change the contacts of the phone.');
  };
  const numberOf = (id: string): string =>
    pair(id).pn ??
    refuse('not_allowed', 'The number of this person is not known, and only people with a number are saved.');
  const savedUnder = (id: string): PageModel | null => {
    const { Contact } = window.require('WAWebCollections');
    const { getIsMyContact } = window.require('WAWebFrontendContactGetters');
    for (const name of names(id)) {
      const contact = Contact.get(name) as PageModel | undefined;
      if (contact && getIsMyContact(contact) === true) return contact;
    }
    return null;
  };

  return {
    async save(id: string, { first, last, onPhone }: SavedName): Promise<void> {
      requireOffered();
      const { saveContactAction } = window.require('WAWebSaveContactAction');
      const saved = saveContactAction({
        firstName: first,
        lastName: last ?? '',
        phoneNumber: numberOf(id).replace(/@.*$/, ''),
        prevPhoneNumber: null,
        syncToAddressbook: onPhone,
        username: undefined,
      });
      await answered('outcome_unknown', 'saving the contact', Promise.resolve(saved));
      const name = last === null ? first : `${first} ${last}`;
      await confirmed('the contact is not saved', () => savedUnder(id)?.name === name);
    },

    async remove(id: string): Promise<void> {
      if (savedUnder(id) === null) return;
      requireOffered();
      const { deleteContactAction } = window.require('WAWebDeleteContactAction');
      const gone = deleteContactAction({ phoneNumber: createWid(numberOf(id)) });
      await answered('outcome_unknown', 'removing the contact', Promise.resolve(gone));
      await confirmed('the contact is still saved', () => savedUnder(id) === null);
    },
  };
}
