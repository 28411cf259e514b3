/**
 * WhatsApp's own connection: one WebSocket, which reconnects whenever it is lost, with its own ping to detect
 * a dead connection. It knows frames, not their meaning.
 */
import type { DownFrame, Json, UpFrame } from '../wire.js';
import { documentId, knobs } from './boot-record.js';

interface Handlers {
  onOpen(): void;
  onFrame(frame: DownFrame): void;
  /** called before each further attempt */
  onLost(): void;
}

/** The real page's error when the server answers with a status. */
export class ServerStatusCodeError extends Error {
  readonly status: number;
  readonly statusCode: number;
  readonly text: string;
  constructor(status: number, text: string) {
    super(text);
    this.name = 'ServerStatusCodeError';
    this.status = status;
    this.statusCode = status;
    this.text = text;
  }
}

interface Open {
  frame: Extract<UpFrame, { type: 'request' }>;
  resolve: (result: Json) => void;
  reject: (error: Error) => void;
}

let socket: WebSocket | undefined;
let handlers: Handlers | undefined;
let wanted = false;
let retry: ReturnType<typeof setTimeout> | undefined;
let signedIn = false;
let nextRequest = 1;
const requests = new Map<number, Open>();
const waitingForLogin = new Set<() => void>();

export const chatSocket = {
  start(made: Handlers): void {
    handlers = made;
    wanted = true;
    connect();
  },

  /** Closes the connection, and makes no attempt until `reconnect`. */
  stop(): void {
    wanted = false;
    clearTimeout(retry);
    socket?.close();
  },

  /** Makes a new connection now, in any state of the old one. */
  reconnect(): void {
    wanted = true;
    clearTimeout(retry);
    const old = socket;
    socket = undefined;
    old?.close();
    lost();
    connect();
  },

  get signedIn(): boolean {
    return signedIn;
  },

  /** Also called after a register, because pages that are not linked may send requests. */
  ready({ asDevice }: { asDevice: boolean }): void {
    signedIn = asDevice;
    for (const { frame } of requests.values()) transmit(frame);
    if (!asDevice) return;
    for (const resolve of waitingForLogin) resolve();
    waitingForLogin.clear();
  },

  send(frame: UpFrame): void {
    transmit(frame);
  },

  /** Waits for the connection while it is down, without a limit, like the real page. */
  request(what: string, args: Json): Promise<Json> {
    return new Promise((resolve, reject) => {
      const frame: Open['frame'] = { type: 'request', id: nextRequest++, what, args };
      requests.set(frame.id, { frame, resolve, reject });
      transmit(frame);
    });
  },

  whenSignedIn(): Promise<void> {
    return signedIn ? Promise.resolve() : new Promise((resolve) => waitingForLogin.add(resolve));
  },
};

function transmit(frame: UpFrame): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
}

function connect(): void {
  const line = new WebSocket(`wss://${location.host}/ws/chat?document=${documentId}`);
  socket = line;
  let heardAt = Date.now();
  let pinger: ReturnType<typeof setTimeout> | undefined;
  const ping = () => {
    const sentAt = Date.now();
    transmit({ type: 'ping' });
    pinger = setTimeout(() => {
      if (heardAt < sentAt) return abandon();
      pinger = setTimeout(ping, knobs.pingMs);
    }, knobs.pongMs);
  };
  const abandon = () => {
    clearTimeout(pinger);
    if (socket !== line) return;
    socket = undefined;
    line.close();
    lost();
    if (wanted) retry = setTimeout(connect, knobs.reconnectMs);
  };
  line.onopen = () => {
    if (socket !== line) return;
    pinger = setTimeout(ping, knobs.pingMs);
    handlers?.onOpen();
  };
  line.onclose = abandon;
  line.onmessage = ({ data }) => {
    if (socket !== line) return;
    heardAt = Date.now();
    const frame = JSON.parse(String(data)) as DownFrame;
    if (frame.type === 'response') settle(frame.id)?.resolve(frame.result);
    else if (frame.type === 'response-error') {
      settle(frame.id)?.reject(new ServerStatusCodeError(frame.code, frame.text));
    } else if (frame.type !== 'pong') handlers?.onFrame(frame);
  };
}

function lost(): void {
  signedIn = false;
  if (wanted) handlers?.onLost();
}

function settle(id: number): Open | undefined {
  const request = requests.get(id);
  requests.delete(id);
  return request;
}
