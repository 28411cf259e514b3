// Parses an address to listen on: a loopback address with a port or a Unix socket, which only this machine can reach, or for
// the gateway any address.
import { isIP } from 'node:net';
import { z } from 'zod';
import type { Kind } from './row.js';

export type Listen =
  /** Port 0: the kernel chooses. */
  { readonly host: string; readonly port: number } | { readonly path: string };

const ADDRESS = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\]):(\d{1,5})$/;

/** Null for anything else, such as an address that other machines can reach. */
export function parseListen(text: string): Listen | null {
  if (text.startsWith('/') && !text.includes('\0')) return { path: text };
  const [, name = '', digits] = ADDRESS.exec(text) ?? [];
  const port = Number(digits);
  if (name === '' || port > 65_535 || name.split('.').some((part) => Number(part) > 255)) return null;
  return { host: name === 'localhost' ? '127.0.0.1' : name.replace(/[[\]]/g, ''), port };
}

/** The kind of `http.listen`. Null: it does not listen; null cannot be written in a file. */
export const listening = (): Kind<string | null> => ({
  schema: z
    .string()
    .refine((text) => parseListen(text) !== null)
    .nullable(),
  written: 'text',
  expects:
    'an address of this machine with a port, such as "127.0.0.1:3001" or "[::1]:3001", or the absolute path of a Unix socket',
  unit: null,
});

/** `HOST:PORT` or `[HOST]:PORT`, of any network; else null. */
export function parseAddress(text: string): Exclude<Listen, { path: string }> | null {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  if (host === '' || port > 65_535) return null;
  if (bracketed === undefined ? /^[\d.]+$/.test(host) && isIP(host) !== 4 : isIP(host) !== 6) return null;
  return { host: host === 'localhost' ? '127.0.0.1' : host, port };
}

/** True when only this machine can connect. */
export const isLocal = (text: string): boolean => parseListen(text) !== null;

/** The kind of `gateway.listen`. */
export const listeningAnywhere = (): Kind<string> => ({
  schema: z.string().refine((text) => parseAddress(text) !== null || parseListen(text) !== null),
  written: 'text',
  expects:
    'an address with a port, such as "127.0.0.1:3080" or "[::]:443", or the absolute path of a Unix socket',
  unit: null,
});
