/** Saving and removing people (WAWebSaveContactAction, WAWebDeleteContactAction, WAWebContactEditSync; 2026-04-27). */
import type { WireContact } from '../wire.js';
import { knobs, never } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { Contacts, isMyContact, learnContact } from './roster.js';
import { storage } from './storage.js';
import { createWid, type Wid } from './wid.js';

interface Saved {
  firstName: string;
  lastName: string;
  phoneNumber: string;
  syncToAddressbook: boolean;
}

/** Changes the name that the account has given a person; the page then has it in memory and in its profile. */
async function change(pn: string, name: string | null, onPhone: boolean): Promise<void> {
  const contact = (await chatSocket.request('save-contact', { pn, name, onPhone })) as unknown as WireContact;
  learnContact(contact);
  await storage.putContacts([contact]);
}

export const SaveContactAction = {
  async saveContactAction({ firstName, lastName, phoneNumber, syncToAddressbook }: Saved): Promise<void> {
    if (knobs.contactChanges === 'hangs') return never<void>();
    if (knobs.contactChanges === 'ignored') return;
    const name = firstName && lastName ? `${firstName} ${lastName}` : firstName || lastName;
    await change(String(createWid(`${phoneNumber}@c.us`)), name, syncToAddressbook);
  },
};

export const DeleteContactAction = {
  async deleteContactAction({ phoneNumber }: { phoneNumber: Wid }): Promise<void> {
    if (knobs.contactChanges === 'ignored') return;
    const known = Contacts.get(phoneNumber);
    if (!known || !isMyContact(known)) return;
    await change(String(phoneNumber), null, false);
  },
};
