/**
 * WAWebCallCollection: incoming calls. whatsapp-web.js searches for the Map in it and wraps its `set`. The
 * native stack makes the model of a call itself and passes it to `setActiveCall`, which does not add it to
 * the Map (WAWebVoipWebBridgeApi).
 */
import type { Item } from '../wire.js';
import { knobs } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { Emitter } from './emitter.js';
import { createWid, type Wid } from './wid.js';

/** WAWebVoipWaCallEnums.CallState */
export const CallState = { None: 0, Calling: 1, ReceivedCall: 3, CallActive: 6, ReceivedCallWithoutOffer: 8 };

class CallModel extends Emitter {
  #state: number | null = null;
  isVideo = false;
  isGroup = false;
  outgoing = false;
  userEndedCall = false;
  /** Seconds; the native stack leaves it at 0. */
  offerTime = 0;
  canHandleLocally = true;
  webClientShouldHandle = false;
  participants: unknown[] = [];

  constructor(
    readonly id: string,
    readonly peerJid: Wid,
  ) {
    super();
  }

  getState(): number | null {
    return this.#state;
  }

  setState(state: number): void {
    this.#state = state;
    this.trigger('change:state', state);
  }
}

class CallCollection extends Emitter {
  readonly _calls = new Map<string, CallModel>();
  activeCall: CallModel | null = null;

  get(id: string): CallModel | undefined {
    return this._calls.get(id);
  }

  setActiveCall(call: CallModel | null): void {
    this.activeCall = call;
    this.trigger('change:activeCall', call);
  }
}

export const Calls = new CallCollection();

export function takeCall({ id, from, video, t, over }: Extract<Item, { kind: 'call' }>): void {
  if (knobs.calls === 'native') nativeCall(id, from, video, over);
  else if (over) Calls._calls.delete(id);
  else olderCall(id, from, video, t);
}

function olderCall(id: string, from: string, video: boolean, t: number): void {
  const call = new CallModel(id, createWid(from));
  call.isVideo = video;
  call.offerTime = t;
  call.setState(CallState.ReceivedCall);
  Calls._calls.set(id, call);
}

/** Like WAWebVoipWebBridgeApi at a change of state: the model becomes active before it has a state. */
function nativeCall(id: string, from: string, video: boolean, over: boolean): void {
  if (over && Calls.activeCall?.id !== id) return;
  if (Calls.activeCall === null) {
    const call = new CallModel(id, createWid(from));
    call.isVideo = video;
    Calls.setActiveCall(call);
  }
  Calls.activeCall?.setState(over ? CallState.None : CallState.ReceivedCall);
  if (over) Calls.setActiveCall(null);
}

/** WAWebVoipStackInterface: null when calling is not enabled. */
export const VoipStackInterface = {
  getVoipStackInterface: async () =>
    knobs.calls !== 'native'
      ? null
      : {
          type: 'web',
          async rejectCall(): Promise<void> {
            const { activeCall: call } = Calls;
            if (call === null) throw new Error('voip: no call');
            await chatSocket.request('reject-call', { id: call.id, declined: call.userEndedCall });
            call.setState(CallState.None);
            Calls.setActiveCall(null);
          },
        },
};
