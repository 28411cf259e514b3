/** WAWebCallCollection: incoming calls. whatsapp-web.js finds the Map in it by looking and wraps its `set`. */
import type { Item } from '../wire.js';
import { Emitter } from './emitter.js';
import { createWid } from './wid.js';

class CallCollection extends Emitter {
  readonly _calls = new Map<string, object>();
}

export const Calls = new CallCollection();

export function takeCall({ id, from, video, t }: Extract<Item, { kind: 'call' }>): void {
  Calls._calls.set(id, {
    id,
    peerJid: createWid(from),
    isVideo: video,
    isGroup: false,
    canHandleLocally: true,
    outgoing: false,
    webClientShouldHandle: false,
    participants: [],
    offerTime: t,
  });
}
