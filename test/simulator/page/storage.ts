/**
 * The page's data in the profile: messages, chats and people in IndexedDB, and credentials half in IndexedDB
 * and half in localStorage. A restore requires both halves. Chromium writes localStorage late, as in reality.
 */
import type { Challenge, Credentials, Json, WireContact, WireGroup, WireMessage } from '../wire.js';

export interface StoredMessage {
  key: string;
  chat: string;
  t: number;
  /** order of arrival in this profile */
  seq: number;
  /** only on own messages that the server has not confirmed yet */
  pending?: 1;
  wire: WireMessage;
}
export interface StoredChat {
  id: string;
  t: number;
  archive: boolean;
  pin: number;
  muteExpiration: number;
  unread: string[];
  markedUnread?: true;
  /** after how many seconds new messages disappear */
  ephemeralDuration?: number;
  lastReceived?: string;
  /** given by the other side when it writes */
  tcToken?: true;
  /** the phone has older messages than the profile */
  olderOnPhone?: true;
}
/** A person's addition to a message. Without a row it was removed. */
export interface StoredAddon {
  parent: string;
  author: string;
  row: Json | undefined;
}
export interface Keys {
  noiseKey: Uint8Array;
  identityKey: Uint8Array;
  advSecret: string;
}

const DATABASE = 'model-storage';
const LOCAL = 'WANoiseInfo';
/** Written before there is an account (WAWebUserPrefsGeneral), so the credentials are not the first write. */
const BROWSER = 'WABrowserId';
type AddonStore = 'reactions' | 'votes' | 'attendance';
const STORES = [
  'meta',
  'messages',
  'chats',
  'contacts',
  'groups',
  'reactions',
  'votes',
  'attendance',
] as const;
type StoreName = (typeof STORES)[number];

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
const finished = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });

let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      const made = request.result;
      made.createObjectStore('meta');
      const messages = made.createObjectStore('messages', { keyPath: 'key' });
      messages.createIndex('chat', ['chat', 't', 'seq']);
      messages.createIndex('time', ['t', 'seq']);
      messages.createIndex('pending', 'pending');
      made.createObjectStore('chats', { keyPath: 'id' });
      made.createObjectStore('contacts', { keyPath: 'pn' });
      made.createObjectStore('groups', { keyPath: 'id' });
      for (const name of ['reactions', 'votes', 'attendance'])
        made.createObjectStore(name, { keyPath: ['parent', 'author'] }).createIndex('parent', 'parent');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function store(name: StoreName, mode: IDBTransactionMode = 'readonly'): Promise<IDBObjectStore> {
  return (await database()).transaction(name, mode).objectStore(name);
}

async function put(name: StoreName, values: readonly object[]): Promise<void> {
  if (values.length === 0) return;
  const target = await store(name, 'readwrite');
  for (const value of values) target.put(value);
  await finished(target.transaction);
}

async function all<T>(name: StoreName): Promise<T[]> {
  return settled((await store(name)).getAll());
}

async function walk(index: IDBIndex, range: IDBKeyRange | null, limit: number): Promise<StoredMessage[]> {
  const found: StoredMessage[] = [];
  const request = index.openCursor(range, 'prev');
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor || found.length >= limit) return resolve(found.reverse());
      found.push(cursor.value as StoredMessage);
      cursor.continue();
    };
  });
}

let lastSeq = 0;
/** Returns a number larger than all earlier ones, also across restarts. */
export function nextSeq(): number {
  lastSeq = Math.max(lastSeq + 1, Date.now() * 100);
  return lastSeq;
}

export const storage = {
  nameBrowser(): void {
    if (localStorage.getItem(BROWSER) === null) localStorage.setItem(BROWSER, crypto.randomUUID());
  },
  async readCredentials(): Promise<Credentials | undefined> {
    const half = await settled<Omit<Credentials, 'secret'> | undefined>(
      (await store('meta')).get('credentials'),
    );
    const secret = localStorage.getItem(LOCAL);
    return half && secret ? { ...half, secret } : undefined;
  },
  async writeCredentials({ secret, ...half }: Credentials): Promise<void> {
    localStorage.setItem(LOCAL, secret);
    const meta = await store('meta', 'readwrite');
    meta.put(half, 'credentials');
    await finished(meta.transaction);
  },
  async readChallenge(): Promise<Challenge | undefined> {
    return settled((await store('meta')).get('challenge'));
  },
  async writeChallenge(challenge: Challenge | undefined): Promise<void> {
    const meta = await store('meta', 'readwrite');
    if (challenge) meta.put(challenge, 'challenge');
    else meta.delete('challenge');
    await finished(meta.transaction);
  },
  async keys(make: () => Keys): Promise<Keys> {
    const known = await settled<Keys | undefined>((await store('meta')).get('keys'));
    if (known) return known;
    const made = make();
    const meta = await store('meta', 'readwrite');
    meta.put(made, 'keys');
    await finished(meta.transaction);
    return made;
  },

  async prefs(): Promise<Record<string, unknown>> {
    return (await settled<Record<string, unknown> | undefined>((await store('meta')).get('prefs'))) ?? {};
  },
  async putPrefs(prefs: Record<string, unknown>): Promise<void> {
    const meta = await store('meta', 'readwrite');
    meta.put(prefs, 'prefs');
    await finished(meta.transaction);
  },

  putMessages: (messages: readonly StoredMessage[]) => put('messages', messages),
  /** Adds messages, and returns those that did not exist yet. */
  async addMessages(messages: readonly StoredMessage[]): Promise<StoredMessage[]> {
    if (messages.length === 0) return [];
    const added: StoredMessage[] = [];
    const target = await store('messages', 'readwrite');
    for (const message of messages) {
      const request = target.add(message);
      request.onsuccess = () => added.push(message);
      request.onerror = (event) => {
        event.preventDefault();
        event.stopPropagation();
      };
    }
    await finished(target.transaction);
    return added;
  },
  /** One for each key, in one transaction. */
  async messagesOf(keys: readonly string[]): Promise<(StoredMessage | undefined)[]> {
    const source = await store('messages');
    return Promise.all(keys.map((key) => settled<StoredMessage | undefined>(source.get(key))));
  },
  async message(key: string): Promise<StoredMessage | undefined> {
    return settled((await store('messages')).get(key));
  },
  /** Reads and writes in one transaction, so that a message that was removed meanwhile does not reappear. */
  async changeMessage(key: string, change: (stored: StoredMessage) => StoredMessage): Promise<void> {
    const target = await store('messages', 'readwrite');
    const read: IDBRequest<StoredMessage | undefined> = target.get(key);
    read.onsuccess = () => {
      if (read.result) target.put(change(read.result));
    };
    await finished(target.transaction);
  },
  async removeMessages(keys: readonly string[]): Promise<void> {
    const target = await store('messages', 'readwrite');
    for (const key of keys) target.delete(key);
    await finished(target.transaction);
  },
  /** Removes the messages of a chat that fit, and returns their keys. */
  async removeMessagesOf(
    chat: string,
    fits: (stored: StoredMessage) => boolean = () => true,
  ): Promise<string[]> {
    const target = await store('messages', 'readwrite');
    const removed: string[] = [];
    // An array sorts after every number, so the range ends after the last message.
    const found: IDBRequest<StoredMessage[]> = target
      .index('chat')
      .getAll(IDBKeyRange.bound([chat], [chat, []]));
    found.onsuccess = () => {
      for (const stored of found.result.filter(fits)) {
        removed.push(stored.key);
        target.delete(stored.key);
      }
    };
    await finished(target.transaction);
    return removed;
  },
  /** Oldest first. */
  async recentMessages(limit: number): Promise<StoredMessage[]> {
    return walk((await store('messages')).index('time'), null, limit);
  },
  everyMessage: () => all<StoredMessage>('messages'),
  async pendingMessages(): Promise<StoredMessage[]> {
    const found: StoredMessage[] = await settled((await store('messages')).index('pending').getAll());
    return found.sort((a, b) => a.seq - b.seq);
  },
  /** The messages of one chat before a point in time, oldest first. */
  async earlierMessages(chat: string, t: number, seq: number, limit: number): Promise<StoredMessage[]> {
    const range = IDBKeyRange.bound([chat], [chat, t, seq], false, true);
    return walk((await store('messages')).index('chat'), range, limit);
  },

  /** The oldest messages of a chat. */
  async oldestMessages(chat: string, limit: number): Promise<StoredMessage[]> {
    const range = IDBKeyRange.bound([chat], [chat, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
    return settled<StoredMessage[]>((await store('messages')).index('chat').getAll(range, limit));
  },

  putChats: (chats: readonly StoredChat[]) => put('chats', chats),
  chats: () => all<StoredChat>('chats'),
  async removeChat(id: string): Promise<void> {
    const target = await store('chats', 'readwrite');
    target.delete(id);
    await finished(target.transaction);
  },
  async removeGroup(id: string): Promise<void> {
    const target = await store('groups', 'readwrite');
    target.delete(id);
    await finished(target.transaction);
  },
  putContacts: (contacts: readonly WireContact[]) => put('contacts', contacts),
  contacts: () => all<WireContact>('contacts'),
  async putAddon(name: AddonStore, addon: StoredAddon): Promise<void> {
    const target = await store(name, 'readwrite');
    if (addon.row) target.put(addon);
    else target.delete([addon.parent, addon.author]);
    await finished(target.transaction);
  },
  async addons(name: AddonStore, parent: string): Promise<Json[]> {
    const found = await settled<StoredAddon[]>((await store(name)).index('parent').getAll(parent));
    return found.flatMap(({ row }) => (row ? [row] : []));
  },
  putGroups: (groups: readonly WireGroup[]) => put('groups', groups),
  groups: () => all<WireGroup>('groups'),

  /** Removes all data of the account after a logout. */
  async clear(): Promise<void> {
    localStorage.clear();
    const transaction = (await database()).transaction(STORES, 'readwrite');
    for (const name of STORES) transaction.objectStore(name).clear();
    await finished(transaction);
  },
};
