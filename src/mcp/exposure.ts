// The methods and parameters that a language model may use: an explicit list. A method or a parameter that is in neither
// table below is not exposed. Strangers wrote everything that the model reads, so each entry assumes that the model has
// been persuaded to use it in the worst way.
import { EVENTS } from '../protocol/events/index.js';
import type { MethodRow, Params } from '../protocol/method.js';
import type { METHODS, MethodName } from '../protocol/methods/index.js';
import type { EventType } from '../protocol/state.js';

/** A parameter that a model may give. */
export interface Exposed {
  readonly says: string;
  /** Makes a parameter required that the method does not require. */
  readonly required?: true;
  /** For a number: the largest value, and the value when it is omitted. */
  readonly max?: number;
  readonly fallback?: number;
}

export interface ToolRow<P extends string = string> {
  readonly title: string;
  readonly does: string;
  readonly params: { readonly [K in P]?: Exposed };
}

type Names<M extends MethodName> = keyof Params<(typeof METHODS)[M] & MethodRow> & string;

const fieldsOf = (data: (typeof EVENTS)[EventType]['data']): string[] =>
  'shape' in data
    ? Object.keys(data.shape)
    : [...new Set(data.options.flatMap((option) => Object.keys(option.shape)))];

/** `message.ack (key, messageId, …)`: a schema of all events would be too long for a tool. */
const EVENT_FIELDS = Object.values(EVENTS)
  .map(({ type, data }) => `${type} (${fieldsOf(data).join(', ')})`)
  .join('; ');

const OFFSET = { says: 'How many to skip; default 0. Use it to read the next part of a long list.' };
const limit = (max: number, fallback: number): Exposed => ({
  says: `How many to return at most; default ${fallback}.`,
  max,
  fallback,
});
const MESSAGE = {
  says: 'The message: its `key` or `messageId` from a list of messages or events, or the `id` that message_send returned.',
} as const;

export const TOOLS: { readonly [M in MethodName]?: ToolRow<Names<M>> } = {
  'session.status': {
    title: 'Account status',
    does: 'State of the WhatsApp account: whether a phone is linked, whether it can send and receive now (`status` is `ready`), why not, and how many messages wait to be sent. Call it first when another tool fails with not_ready or not_linked. `hint` is a command for the user to run; it cannot be run from here.',
    params: {},
  },
  'chat.list': {
    title: 'List chats',
    does: 'Chats with people and groups, newest message first, with name, phone number and number of unread messages. Use it to find the `id` of a chat that the other tools take, or to see what is unread.',
    params: {
      limit: limit(100, 20),
      offset: OFFSET,
      query: { says: 'Only chats with this in their name, or these digits in their phone number.' },
      unread: { says: 'true: only chats with unread messages. false: only chats without.' },
      archived: { says: 'true: only archived chats. false: only chats that are not archived.' },
      label: { says: 'Only chats with this label of a business account: its name, or `id` from label_list.' },
    },
  },
  'chat.get': {
    title: 'Show one chat',
    does: 'Name, unread count, and flags (muted, pinned, archived) of one chat. Does not return messages: use chat_messages.',
    params: {
      chat: {
        says: 'The chat: a phone number with its country code (+1 555 000 2222), or the `id` from chat_list.',
      },
    },
  },
  'chat.messages': {
    title: 'Read messages',
    does: 'The last messages of one chat, oldest first. Reading does not mark them as read. `fromMe` is true for messages of this account; in a group `author` is who wrote one. Text is in `body`; photos, files and voice messages are described in `media` but cannot be opened.',
    params: {
      chat: {
        says: 'The chat: a phone number with its country code (+1 555 000 2222), or the `id` from chat_list.',
      },
      limit: limit(200, 30),
      before: {
        says: 'Only messages before this one: the `key` of the oldest message of the previous answer.',
      },
    },
  },
  'contact.list': {
    title: 'Find contacts',
    does: "People in the phone's address book, by name, with their phone number. Use it to find a person's number by name.",
    params: {
      limit: limit(100, 20),
      offset: OFFSET,
      query: { says: 'Only people with this in their name, or these digits in their phone number.' },
      all: { says: 'true: also people who are not in the address book but are known from chats and groups.' },
    },
  },
  'group.list': {
    title: 'List groups',
    does: 'Groups of the account, by name, with their `id` and number of members.',
    params: {
      limit: limit(100, 20),
      offset: OFFSET,
      query: { says: 'Only groups with this in their name.' },
    },
  },
  'group.get': {
    title: 'Show one group',
    does: 'A group with its description, settings and members (name, phone number, admin or not).',
    params: { group: { says: 'The group: its `id` from group_list or chat_list, …@g.us.' } },
  },
  'channel.list': {
    title: 'List channels',
    does: 'Channels that the account owns, administers or follows, by name, with their `id` and the number of their followers.',
    params: {
      limit: limit(100, 20),
      offset: OFFSET,
      query: { says: 'Only channels with this in their name.' },
    },
  },
  'channel.get': {
    title: 'Show one channel',
    does: 'Name, description, link and number of followers of a channel of the account.',
    params: { channel: { says: 'The channel: its `id` from channel_list, …@newsletter.' } },
  },
  'channel.admins': {
    title: 'List the admins of a channel',
    does: 'Owner and admins of a channel that the account owns or administers, and who is invited to become an admin.',
    params: { channel: { says: 'The channel: its `id` from channel_list, …@newsletter.' } },
  },
  'channel.posts': {
    title: 'Read the posts of a channel',
    does: 'The last posts of a channel, oldest first, each with its text in `message.body`, and how often it was viewed and reacted to. Marks nothing as read.',
    params: {
      channel: { says: 'The channel: its `id` from channel_list, …@newsletter.' },
      limit: limit(50, 10),
      before: { says: 'Only posts before this one: its `serverId`, to read further back.' },
    },
  },
  'community.list': {
    title: 'List communities',
    does: 'Communities of the account, by name, with their `id` and the number of their groups.',
    params: { limit: limit(100, 20), offset: OFFSET },
  },
  'community.get': {
    title: 'Show one community',
    does: 'A community with its groups: name, `id`, whether it is the group of the announcements, and whether the account is in it.',
    params: { community: { says: 'The community: its `id` from community_list, …@g.us.' } },
  },
  'group.requests': {
    title: 'List requests to join a group',
    does: 'The people who wait to be let into a group that asks its admins, oldest request first, with name and phone number. Only for groups where this account is an admin. They cannot be answered from here.',
    params: {
      group: { says: 'The group: its `id` from group_list, …@g.us.' },
      limit: limit(100, 20),
      offset: OFFSET,
    },
  },
  'label.list': {
    title: 'List labels',
    does: 'Labels of a business account, such as "Pending payment", by name, with the number of chats that have each. Other accounts have none and get the error not_allowed. chat_list with `label` lists the chats that have one.',
    params: { limit: limit(100, 100), offset: OFFSET },
  },
  'events.list': {
    title: 'List events',
    does: `Events of the account, oldest first: messages in and out, delivery acknowledgements, reactions, edits, changes of groups, calls, changes of state. To follow new events, start from \`journal.last\` of session_status and pass \`next\` of each answer as \`after\` of the next call. To read one conversation, chat_messages is better. Fields of \`data\` by type: ${EVENT_FIELDS}.`,
    params: {
      after: {
        says: 'Only events after this cursor; 0 (default) starts with the oldest event that is kept.',
      },
      limit: limit(200, 50),
      types: {
        says: 'Only these types of event, for example ["message"].',
      },
    },
  },
  'message.get': {
    title: 'Show one message',
    does: 'One message, sent or received. For a message sent with message_send, `state` is one of queued, sending, sent, delivered, read, failed, expired, cancelled, unknown.',
    params: { id: MESSAGE },
  },
  'message.search': {
    title: 'Search messages',
    does: 'Messages sent and received that have all the given words in their text, caption or file name, from any chat, best match first. It knows the messages that this daemon has recorded (30 days by default), not all that the phone has. Each result has the whole `message` and a `snippet` around the hit. Pass `next` as `after` with the same question to continue.',
    params: {
      text: {
        says: 'The words, in any order. "two words" in quotes is a phrase, begin* the beginning of a word.',
      },
      in: {
        says: '`page` searches what WhatsApp Web has stored, also from before this daemon, newest first; only `text`, `chat`, `limit` and `after` go with it. Default `journal`.',
      },
      chat: {
        says: 'Only messages of this chat: a phone number with its country code (+1 555 000 2222), or the `id` from chat_list.',
      },
      sender: { says: 'Only messages of this person: a phone number with its country code, or an id.' },
      kinds: { says: 'Only messages of these types, for example ["image", "document"].' },
      direction: { says: '`in`: only messages of others. `out`: only messages of this account.' },
      since: { says: 'Only messages sent at this time or later, for example 2026-01-31T00:00:00Z.' },
      until: { says: 'Only messages sent before this time.' },
      order: { says: '`best` (default) or `newest` first.' },
      limit: limit(50, 20),
      after: { says: 'The next part: `next` of the previous answer to the same question.' },
    },
  },
  'message.poll': {
    title: 'Show the votes of a poll',
    does: 'The options of a poll with how many people have chosen each, and who.',
    params: { id: MESSAGE },
  },
  'message.attendance': {
    title: 'Show who comes to an event',
    does: 'The answers to an event (`going`, `not_going` or `maybe`), with the people who gave them.',
    params: { id: MESSAGE },
  },
  'message.info': {
    title: 'Who has read a message',
    does: 'Who has received, read and played a message of this account, with times. Only for messages with `fromMe`.',
    params: { id: MESSAGE },
  },
  'message.wait': {
    title: 'Wait for a sent message',
    does: 'Waits until a message sent with message_send has reached the state `for` or a final state, and returns its state. Fails with wait_expired when the time runs out; the message is still being sent then, so do not send it again.',
    params: {
      id: { ...MESSAGE, says: 'The `id` that message_send returned.' },
      for: { says: '`sent` (WhatsApp has it; default), `delivered` or `read`.' },
      timeoutMs: {
        says: 'How long to wait, in milliseconds; default 30000.',
        max: 30_000,
        fallback: 30_000,
      },
    },
  },
  'outbox.list': {
    title: 'List outgoing messages',
    does: 'Messages that this daemon was asked to send, newest first, with their state, the reason of a wait, and the error of a failure. Texts are not included: use outbox_get.',
    params: {
      limit: limit(100, 20),
      after: { says: 'The next part: `next` of the previous answer.' },
      states: { says: 'Only messages in these states, for example ["queued", "failed"].' },
      chat: { says: 'Only messages to this chat: a phone number with its country code, or an id.' },
    },
  },
  'outbox.get': {
    title: 'Show an outgoing message',
    does: 'One message that this daemon was asked to send, with its content and its state.',
    params: { id: { ...MESSAGE, says: 'The `id` that message_send returned, or from outbox_list.' } },
  },
  'message.send': {
    title: 'Send a text message',
    does: 'Sends a text message to one person or group, in the name of the owner of the account; it cannot be undone. Returns its `id` as soon as the message is queued on disk; message_wait waits until WhatsApp has it. Do not call it again for the same message, even after an error with outcome "unknown", unless with the same `key`.',
    params: {
      to: {
        says: 'The recipient: a phone number with its country code (+1 555 000 2222), or a group id (…@g.us). Must be one of the allowed recipients.',
      },
      text: {
        says: 'The text. WhatsApp shows *bold*, _italic_ and ~struck~; no Markdown beyond that.',
        required: true,
      },
      key: {
        says: 'A new unique string for each message. Another call with the same key and text sends nothing and returns the first message.',
      },
    },
  },
};

const ASKS_WHATSAPP =
  'it queries WhatsApp about any number; queries about many numbers get an account banned';
const OTHER_KINDS = 'a text is enough; each further kind is one more way of abuse';

/** Reading methods, and parameters of exposed methods, that a model must not use, with the reason. Methods that write need none. */
export const WITHHELD: { readonly [M in MethodName]?: string | { readonly [K in Names<M>]?: string } } = {
  'session.qr': 'anyone with the code can link the account',
  'session.passkey': "WhatsApp's question is for the owner of the passkey",
  'session.wait': 'session.status answers at once',
  'daemon.ping': 'session.status reports more',
  'daemon.info': 'paths and processes of the machine are not for a model',
  'daemon.report': 'a person must read it before passing it on',
  'daemon.metrics': 'hundreds of numbers for a monitoring system; session.status has those that matter',
  'events.subscribe': 'a subscription is for a connection that listens',
  'events.unsubscribe': 'a subscription is for a connection that listens',
  'events.consumers': 'the list of consumers is for the operator',
  'history.fetch':
    'it makes the phone send up to a thousand old messages and fills the journal with them; chat.messages reads what is there',
  'media.read': 'pieces of a file mean nothing to a model',
  'media.transcribe':
    'it keeps a processor busy for minutes; events.list has the texts of the messages that arrive',
  'media.fetch': 'it downloads a file that a stranger chose, and a model cannot read the file',
  'channel.search': 'it shows what strangers have written, and the account follows none of them',
  'status.list': 'statuses of others are read only when a person asks for them',
  'status.get': 'statuses of others are read only when a person asks for them',
  'contact.get': ASKS_WHATSAPP,
  'contact.identities':
    'contact.list gives both identities of people; a list of everybody is not needed to find one',
  'contact.profile': ASKS_WHATSAPP,
  'profile.get': 'the owner knows it, and it is not needed to read or write messages',
  'profile.privacy': 'the owner knows it, and it is not needed to read or write messages',
  'contact.check': ASKS_WHATSAPP,
  'group.preview': 'it queries WhatsApp about a link that a stranger may have written',
  'webhook.list': 'the destinations of events are for the operator',
  'webhook.dead': 'the destinations of events are for the operator',
  'rpc.discover': 'the list of tools has the same content',
  'contact.list': { blocked: 'the list of blocked people is not needed to find a contact' },
  'events.list': {
    consumer: 'it would create consumers, and read events in place of others',
    from: 'after and next suffice to read on',
  },
  'message.send': {
    media: 'a file of another chat could be forwarded by its id',
    album: 'it belongs to media',
    as: 'it belongs to media',
    caption: 'it belongs to media',
    location: OTHER_KINDS,
    contacts: OTHER_KINDS,
    poll: OTHER_KINDS,
    event: OTHER_KINDS,
    choice: 'an answer to a business may order or pay for something',
    channelInvite: 'it gives another person power over a channel',
    quality: 'it belongs to media',
    viewOnce: 'it belongs to media',
    mentionAll: 'it notifies every member of a group',
    replyTo: 'it quotes a message of any chat to the recipient',
    mentions: 'it notifies up to 256 members of a group',
    linkPreview: 'it makes the page fetch an address in the text',
    notBefore: 'a message would be sent later, when nobody is watching',
    expiresAt: 'it belongs to notBefore',
  },
};
