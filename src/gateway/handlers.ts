// The handlers of the gateway's control socket.
import type { GATEWAY_METHODS, GatewayAnswered } from '../protocol/gateway/index.js';
import type { Handlers } from '../protocol/method.js';
import type { Tokens } from './tokens.js';

export interface GatewayParts {
  /** @throws Fault busy: they are not read yet */
  readonly tokens: () => Tokens;
  readonly info: () => GatewayAnswered<'gateway.info'>;
}

export const gatewayHandlers = ({ tokens, info }: GatewayParts): Handlers<typeof GATEWAY_METHODS> => ({
  'token.create': ({ name, scopes, accounts, expiresAt = null }) =>
    tokens().create({ name, scopes, accounts, expiresAt }),
  'token.list': () => ({ tokens: tokens().list() }),
  'token.revoke': async ({ name }) => ({ token: await tokens().revoke(name) }),
  'gateway.info': () => info(),
});
