// What a token of the gateway permits. A token has one or more scopes; `admin` includes the others.

/** In the order of their power. */
export const SCOPES = ['read', 'send', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What each scope permits, for `wactl token create --help` and docs/gateway.md. */
export const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  read: 'states, events, messages, chats, contacts, files and metrics',
  send: 'messages and files, saved contacts, and everything else that others on WhatsApp see or that changes a chat',
  operate:
    'linking (QR code, pairing code, passkey), start, stop and disconnect, queue, webhooks, older messages from the phone, deleting chats, channels and communities, dismissing admins of channels',
  admin: 'everything, also removal of the session',
};

/** True when a token with these scopes may do what needs this one. */
export const permits = (scopes: readonly Scope[], needed: Scope): boolean =>
  scopes.includes(needed) || scopes.includes('admin');
