// The table [proxy] of the configuration: the proxy of the account's browser. It is part of the table in keys.ts. With a
// url it switches the proxy on; without one nothing of src/proxy/ is loaded.
import { key, pathOrFound, text, webAddress } from './row.js';

/** No user or password in it, because configurations are printed. `socks` takes no IPv6 address in brackets. */
const URL_FORM = /^$|^(?:http:\/\/(?:\[[0-9a-f:.]+\]|[\w.-]+)|socks5:\/\/[\w.-]+)(?::\d{1,5})?\/?$/i;

/** The form alone admits ports and IPv4 addresses that do not exist. */
const isAddress = (url: string): boolean => url === '' || (URL.canParse(url) && new URL(url).port !== '0');
const proxyUrl = text(
  URL_FORM,
  'an address such as "http://proxy.example:3128" or "socks5://10.0.0.1:1080", or ""',
);

export const PROXY_KEYS = {
  url: key(
    {
      ...proxyUrl,
      schema: proxyUrl.schema.refine(isAddress),
      suggest: (wrong) => (isAddress(wrong) && wrong.includes('@') ? wrong.replace(/\/\/.*@/, '//') : null),
    },
    {
      default: '',
      defaultSays: 'none',
      doc: 'The HTTP or SOCKS 5 proxy through which the browser of the account reaches WhatsApp. It also resolves the names. Without a port: 80, or 1080 for SOCKS. Webhooks do not use it.',
    },
  ),
  user: key(text(/^[^:\p{Cc}]{0,255}$/u, 'a user without ":" of at most 255 characters'), {
    default: '',
    defaultSays: 'none',
    doc: 'The user for the proxy, with `passwordFile`.',
  }),
  passwordFile: key(pathOrFound(), {
    default: null,
    defaultSays: 'none',
    doc: 'The password for the proxy, one line in a file of mode 0600. It is read again at each start of a browser.',
  }),
  addressUrl: key(
    {
      ...webAddress(),
      schema: webAddress().schema.or(emptyText()),
      expects: `${webAddress().expects}, or ""`,
    },
    {
      default: '',
      defaultSays: 'none',
      doc: 'A page that answers with the address from which it was asked, as plain text. `wactl doctor --network` asks it through the proxy and shows the answer; nothing else does.',
    },
  ),
} as const;

function emptyText() {
  return text(/^$/, '').schema;
}
