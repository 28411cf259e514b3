// People: implements the port's requests by calling the page.
import type { ContactPage } from '../../session/page-port.js';
import type { PageRpc } from './page-rpc.js';

export const contactPage = (rpc: PageRpc): ContactPage => ({
  list: (query) => rpc.look('contact.list', 'contacts', 'list', query),
  identities: (contacts, part) => rpc.look('contact.list', 'contacts', 'identities', contacts, part),
  get: (contact) => rpc.look('contact.list', 'contacts', 'get', contact),
  check: (number) => rpc.look('contact.check', 'contacts', 'check', number),
  block: (contact, blocked) => rpc.act('contact.block', 'contacts', 'block', contact, blocked),
});
