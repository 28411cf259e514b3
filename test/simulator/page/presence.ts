/**
 * The presence of people (WAWebPresenceCollection, WAWebPresenceModel, WAWebChangePresenceHandlerAction;
 * 2026-04-27). Only people with a chat are subscribed to, and the server notifies only available accounts.
 */
import { chatSocket } from './chat-socket.js';
import { Chats } from './chats.js';
import { Collection } from './collection.js';
import { Model } from './model.js';
import { createWid, type Wid } from './wid.js';

class ChatState extends Model {
  declare type: string;
  declare t: number | undefined;
  declare deny: boolean | undefined;
}

class Presence extends Model {
  declare id: Wid;
  declare isOnline: boolean;
  declare isSubscribed: boolean;
  readonly chatstate: ChatState;
  constructor(id: Wid) {
    super({ id, isOnline: false, isSubscribed: false });
    this.chatstate = new ChatState({ id, type: 'unavailable', t: undefined, deny: undefined });
  }
}

class PresenceCollection extends Collection<Presence> {
  async find(like: unknown): Promise<Presence> {
    const id = createWid(like);
    const found = this.get(id) ?? this.add(new Presence(id));
    if (Chats.get(id)) await chatSocket.request('watch-presence', { wid: String(id) });
    return found;
  }
}

export const Presences = new PresenceCollection();

const TYPES: Readonly<Record<string, string>> = {
  available: 'available',
  unavailable: 'unavailable',
  composing: 'typing',
  recording: 'recording_audio',
};

export function learnPresence(wid: string, state: string, t: number | undefined): void {
  const presence = Presences.get(wid);
  if (!presence) return;
  const { chatstate, isOnline } = presence;
  const type = TYPES[state] ?? (isOnline ? 'available' : 'unavailable');
  chatstate.set({ type, t });
  if (state === 'available' || state === 'unavailable') presence.set({ isOnline: state === 'available' });
  presence.set({ isSubscribed: true });
}
