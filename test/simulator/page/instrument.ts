/**
 * The simulator's connection to this document, which the real page does not have: reports are sent, orders
 * received. It is independent of the chat socket, so that a test can observe and act while WhatsApp's own
 * connection is down.
 */
import type { Agent, Order, Report } from '../wire.js';
import { documentId, knobs, turnKnobs } from './boot-record.js';

type Orders = (command: string, args: Record<string, unknown>) => unknown;

const latest = new Map<string, Report>();
/** names that were required before the connection existed */
const early: Report[] = [];
let socket: WebSocket | undefined;
let orders: Orders = () => undefined;

export function report(what: Report): void {
  if (what.type === 'state' || what.type === 'qr') latest.set(what.type, what);
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(what));
  else if (what.type === 'missing') early.push(what);
}

/**
 * Connects, and reconnects whenever the connection is cut. `obey` is called for every order and may return a
 * promise.
 */
export function connectInstrument(obey: Orders): void {
  orders = obey;
  const line = new WebSocket(`wss://${location.host}/ws/instrument`);
  socket = line;
  line.onopen = () => {
    report({
      type: 'hello',
      document: documentId,
      url: location.href,
      version: knobs.pageVersion,
      agent: whoAmI(),
    });
    for (const kept of [...latest.values(), ...early.splice(0)]) report(kept);
  };
  line.onmessage = ({ data }) => void carryOut(JSON.parse(String(data)) as Order);
  line.onclose = () => setTimeout(() => connectInstrument(obey), 500);
}

/** TypeScript has no types for client hints, which only Chromium has. */
function whoAmI(): Agent {
  const hints = navigator as { userAgentData?: { brands: { brand: string; version: string }[] } };
  return {
    userAgent: navigator.userAgent,
    brands: hints.userAgentData?.brands.map(({ brand, version }) => `${brand} ${version}`) ?? [],
    automated: navigator.webdriver,
  };
}

async function carryOut(order: Order): Promise<void> {
  const { id } = order;
  try {
    if (order.type === 'knobs') turnKnobs(order.knobs);
    const result = order.type === 'do' ? await orders(order.command, order.args) : null;
    report({ type: 'done', id, result: JSON.parse(JSON.stringify(result ?? null)) });
  } catch (error) {
    report({ type: 'failed', id, text: error instanceof Error ? error.message : String(error) });
  }
}
