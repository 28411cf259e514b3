// Every method of the gateway's control socket, joined.
import type { z } from 'zod';
import { infoMethods } from './info.js';
import { tokenMethods } from './token.js';

export const GATEWAY_METHODS = { ...tokenMethods, ...infoMethods };
export type GatewayMethodName = keyof typeof GATEWAY_METHODS;

export type GatewayAsked<M extends GatewayMethodName> = z.input<(typeof GATEWAY_METHODS)[M]['params']>;
export type GatewayAnswered<M extends GatewayMethodName> = z.output<(typeof GATEWAY_METHODS)[M]['result']>;
