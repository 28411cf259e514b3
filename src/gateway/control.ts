// The control socket of the gateway, over which `wactl token` and `wactl gateway` ask it. Whoever may open it may create
// tokens, as whoever may open a daemon's socket may use its account.
import { createDispatch } from '../dispatch/dispatch.js';
import { GATEWAY_METHODS } from '../protocol/gateway/index.js';
import type { Log } from '../protocol/log.js';
import type { ServerPath } from '../socket/path.js';
import { listen, type SocketServer } from '../socket/server.js';
import { type GatewayParts, gatewayHandlers } from './handlers.js';

/**
 * Starts to listen.
 * @returns the server, which the caller closes
 * @throws (rejects) Fault lock_held: another gateway runs there. permission_denied, usage, disk_full
 */
export function openControl(at: ServerPath, log: Log, parts: GatewayParts): Promise<SocketServer> {
  const handlers = gatewayHandlers(parts);
  const dispatch = createDispatch({ methods: GATEWAY_METHODS, handlers, account: null, address: [], log });
  return listen({ ...at, dispatch, log });
}
