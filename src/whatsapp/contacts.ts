// People: the port's questions, put to the page.
import type { ContactPage } from '../session/page-port.js';
import type { Kit } from './kit.js';

export const contactPage = (kit: Kit): ContactPage => ({
  list: (query) => kit.look('contact.list', 'contacts', 'list', query),
  get: (contact) => kit.look('contact.list', 'contacts', 'get', contact),
  check: (number) => kit.look('contact.check', 'contacts', 'check', number),
  block: (contact, blocked) => kit.act('contact.block', 'contacts', 'block', contact, blocked),
});
