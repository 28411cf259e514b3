// Asks the gateway of this machine over its control socket.
import type { GatewayAnswered, GatewayAsked, GatewayMethodName } from '../protocol/gateway/index.js';
import { Client } from '../socket/client.js';
import { gatewayClientPath } from '../socket/gateway-path.js';
import type { Context } from './command.js';
import { printableIn } from './output.js';

const TIMEOUT_MS = 10_000;

/**
 * One call. For text output, every string in the answer is made printable.
 * @throws (rejects) Fault unreachable: no gateway runs. The gateway's own
 */
export async function askGateway<M extends GatewayMethodName>(
  { socket, output, timeoutMs = TIMEOUT_MS }: Pick<Context, 'socket' | 'output' | 'timeoutMs'>,
  method: M,
  params: GatewayAsked<M>,
  writes = false,
): Promise<GatewayAnswered<M>> {
  const at = gatewayClientPath({ explicit: socket, env: process.env, uid: process.getuid?.() ?? 0 });
  const client = await Client.connect(at, { timeoutMs });
  try {
    const answer = (await client.call(method, params, { timeoutMs, writes })) as GatewayAnswered<M>;
    return output === 'text' ? printableIn(answer) : answer;
  } finally {
    await client.close();
  }
}
