// The table [gateway] of the configuration: keys that only wad-gateway reads. It is part of the table in keys.ts.
import { listeningAnywhere } from './listen.js';
import { count, key, pathOrFound, words, yesNo } from './row.js';

/** A host name, or an address without brackets. */
const HOST = /^[a-z0-9](?:[a-z0-9.:-]{0,252})$/;

/** The programs whose routes the gateway can serve. */
export const COMPAT = ['waha', 'wwebjs-api'] as const;

export const GATEWAY_KEYS = {
  listen: key(listeningAnywhere(), {
    default: '127.0.0.1:3080',
    doc: 'Where `wad-gateway` listens. An address that other machines can reach requires certFile and keyFile, or behindProxy.',
  }),
  hosts: key(
    words((name) => HOST.test(name), 'a list of host names in small letters, without ports'),
    {
      default: [],
      doc: 'The names by which others reach the gateway, as in the address line of a browser. Requests for other names than these and those of this machine are refused.',
    },
  ),
  certFile: key(pathOrFound(), {
    default: null,
    defaultSays: 'none: without TLS',
    doc: 'The TLS certificate with its chain, in PEM. It is read again when the file changes.',
  }),
  keyFile: key(pathOrFound(), {
    default: null,
    defaultSays: 'none: without TLS',
    doc: 'The private key of the certificate, in PEM, readable by the gateway only.',
  }),
  behindProxy: key(yesNo(), {
    default: false,
    doc: 'True when a proxy on this machine or in this network provides TLS: the gateway may then listen without it.',
  }),
  compat: key(
    words((word) => COMPAT.some((name) => name === word), `a list of ${COMPAT.join(', ')}`),
    {
      default: [],
      defaultSays: 'none',
      doc: 'The programs whose routes are served as well, so that tools made for them keep working.',
    },
  ),
  credentialsFile: key(pathOrFound(), {
    default: null,
    defaultSays: 'fleet.credentialsFile',
    doc: "The gateway's own credentials for NATS, in a file of mode 0600: as a service it is another user than the daemons.",
  }),
  ratePerMinute: key(count(1, 1_000_000), {
    default: 600,
    doc: 'How many requests a token may make in a minute; a sixth of them at once.',
  }),
} as const;
