/**
 * Which requests come from a client. A web page in a browser on this machine reaches loopback, too, and its browser sends where the
 * page is from as Origin. Programs send none, or the one of WhatsApp Web, as Baileys does.
 */
import type { IncomingMessage } from 'node:http';

export const PAGE_ORIGIN = 'https://web.whatsapp.com';

export const isForeign = ({ headers: { origin } }: IncomingMessage): boolean =>
  origin !== undefined && origin !== PAGE_ORIGIN;
