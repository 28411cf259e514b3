/** A request of a linked device, and the answers to it. */
import { type Node, node } from '../wire/nodes.js';
import type { Account } from '../world/account.js';
import type { Device } from '../world/device.js';
import { SERVER } from '../world/jid.js';
import type { World } from '../world/world.js';

/** Who asks. */
export interface Asker {
  readonly world: World;
  readonly account: Account;
  readonly device: Device;
  /** the host of media, with its port */
  readonly mediaHost: string;
}

/** An answer's content, or an error to refuse. */
export type Answer = Node[] | Refusal;

export class Refusal {
  constructor(
    readonly code: number,
    readonly text: string,
  ) {}
}

export function answerTo(iq: Node, answer: Answer): Node {
  const attrs = { id: iq.attrs.id, from: iq.attrs.to ?? SERVER };
  if (answer instanceof Refusal)
    return node('iq', { ...attrs, type: 'error' }, [
      node('error', { code: String(answer.code), text: answer.text }),
    ]);
  return answer.length === 0
    ? node('iq', { ...attrs, type: 'result' })
    : node('iq', { ...attrs, type: 'result' }, answer);
}

/** `part` is the first child of the request. */
export type Handler = (asker: Asker, part: Node, iq: Node) => Answer;
/** By `xmlns type child`. */
export type Handlers = Readonly<Record<string, Handler>>;
