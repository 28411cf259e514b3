// Profiles and presence: implements the port's requests by calling the page.
import type { PresencePage, ProfilePage } from '../../session/page-port.js';
import type { PageRpc } from './page-rpc.js';

export const profilePage = (rpc: PageRpc): ProfilePage => ({
  async of(contact, picture) {
    const who = await rpc.look('contact.list', 'contacts', 'get', contact);
    const parts = { business: who.business, picture };
    return { ...who, ...(await rpc.look('contact.profile', 'profiles', 'read', who.id, parts)) };
  },
  own: (picture) => rpc.look('contact.profile', 'profiles', 'own', picture),
  privacy: () => rpc.look('profile.privacy', 'profiles', 'privacy'),
  rename: (name) => rpc.act('profile.change', 'profiles', 'rename', name),
  describe: (about) => rpc.act('profile.change', 'profiles', 'describe', about),
  picture: (image) => rpc.act('profile.change', 'profiles', 'picture', image),
});

export const presencePage = (rpc: PageRpc): PresencePage => ({
  subscribe: (contact) => rpc.act('presence.subscribe', 'subscriptions', 'add', contact),
  unsubscribe: (contact) => rpc.act('presence.subscribe', 'subscriptions', 'remove', contact),
  isOnline: () => rpc.look('presence.subscribe', 'subscriptions', 'isOnline'),
});
