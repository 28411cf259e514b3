// People: implements the port's requests by calling the page.
import type { ContactPage } from '../../session/page-port.js';
import type { PageRpc } from './page-rpc.js';

export const contactPage = (rpc: PageRpc): ContactPage => ({
  list: (query) => rpc.look('contact.list', 'contacts', 'list', query),
  identities: (contacts, part) => rpc.look('contact.list', 'contacts', 'identities', contacts, part),
  get: (contact) => rpc.look('contact.list', 'contacts', 'get', contact),
  check: (number) => rpc.look('contact.check', 'contacts', 'check', number),
  async save(contact, name) {
    const { id } = await rpc.look('contact.list', 'contacts', 'get', contact);
    await rpc.act('contact.save', 'addressBook', 'save', id, name);
    return rpc.look('contact.list', 'contacts', 'get', contact);
  },
  async remove(contact) {
    const { id } = await rpc.look('contact.list', 'contacts', 'get', contact);
    await rpc.act('contact.save', 'addressBook', 'remove', id);
    return rpc.look('contact.list', 'contacts', 'get', contact);
  },
  block: (contact, blocked) => rpc.act('contact.block', 'contacts', 'block', contact, blocked),
});
