// Generates docs/compat.md: the routes of other programs that the gateway serves, and those that it does not, with the reason,
// from the tables of both programs.
import { MAX_FILE_BODY_BYTES, MAX_HELD_FILES, MAX_HELD_FILES_EACH } from '../src/gateway/compat/limits.js';
import { isServed, type Refused, type Row, type Served } from '../src/gateway/compat/row.js';
import { WAHA_ROWS } from '../src/gateway/compat/waha.js';
import { WWEBJS_ROWS } from '../src/gateway/compat/wwebjs-api.js';
import { anchor, code, table } from './markdown.js';

const INTRO = `# Routes of other programs

Generated from \`src/gateway/compat/\` by \`npm run docs\`; do not edit.

The gateway can serve routes of WAHA and of wwebjs-api, so that tools that were made for them, such as n8n's WAHA node, keep
working. They are off by default:

\`\`\`toml
[gateway]
compat = ["waha", "wwebjs-api"]
\`\`\`

The tool needs two settings: the address of the gateway, and a token (\`wactl token create\`) as its API key. Both programs
send the key in the header \`X-Api-Key\`, which the gateway accepts on these routes only; \`Authorization: Bearer TOKEN\` works as well.
A tool in a container or on another machine reaches the gateway under another name than \`localhost\`: list that name in
\`gateway.hosts\`, and provide TLS (\`gateway.md\`).

## Rules

- A session is an account, under the same name. A request that names none is for the account \`default\`. The scopes and
  accounts of the token are checked for each call, so a token for one account serves one session.
- A message is accepted when it is on disk, also while the account is not ready, and is then sent once. The answer has \`ack\` 0;
  the webhook or event of the acknowledgement follows. A request that is repeated is a second message: these programs have no
  idempotency key.
- \`chatId\` may be \`…@c.us\`, \`…@s.whatsapp.net\`, \`…@lid\`, \`…@g.us\` or a phone number with its country code.
- The id of a message is our key, \`true_CHAT_ID\`. In a group it may lack the sender at its end; either form names the message.
- A file is given as base64 in \`data\`, also as a data URL, in a body of ${MAX_FILE_BODY_BYTES / 2 ** 20} MiB at most, or by \`url\`. Its type is read
  from its bytes; \`mimetype\` is ignored. Larger files are uploaded with [media.put](rpc.md#mediaput).
- Of bodies and of files in answers with more than 1 MiB, the gateway handles ${MAX_HELD_FILES} at a time, and ${MAX_HELD_FILES_EACH} of an account. Others wait, some
  seconds for their account and longer for the gateway; then they get 429 (\`busy\`).
- A \`url\` is fetched by the gateway from **public addresses only**, within a minute, over http or https, with up to three
  redirects, each checked again. Loopback, link-local and private addresses are refused (400): anyone with a token could
  otherwise read what only the gateway can reach. Serve such files in \`data\`. A public address of this machine is refused as
  well: the connection is closed before anything is sent. Other public addresses are not refused. That includes
  the addresses of neighbours, and one of a router or load balancer that leads back to this machine or into its network: protect
  what listens there.
- Fields that are not known are ignored. A field with a value that does not fit is refused with 400, and named.
- Errors have the form of the gateway: \`{ success: false, message, reason, hint, error }\`. \`error\` is an object, not a text, and
  programs check \`error.data.kind\`; see [faults.md](faults.md). A wrong key is 401, also where wwebjs-api answers 403. A
  token without the scope or the account gets 403 before any other field is checked, and before a file is fetched.
- A route that is not served answers 501 with the reason, and the kind \`not_served\`.
- Webhooks are set up for each account, with \`format = "waha"\` or \`"wwebjs-api"\`: see \`webhooks.md\`. Events by
  WebSocket are not served: \`migrating.md\` has the names of the events.
- The gateway's own paths come first. An account with the name \`accounts\`, \`sessions\` or \`contacts\` cannot be reached by every
  route of WAHA.
- The scope of each method is in [rpc.md](rpc.md). n8n's node usually needs \`read,send\`; for sessions and QR codes also \`operate\`.`;

const PROGRAMS: readonly (readonly [name: string, about: string, rows: readonly Row[]])[] = [
  [
    'WAHA',
    'By its OpenAPI documents 2024.9 and 2026.1, with the answers of its engine WEBJS. Chats and groups have the fields of whatsapp-web.js.',
    WAHA_ROWS,
  ],
  [
    'wwebjs-api',
    'By its OpenAPI document of July 2026. Objects have the fields of whatsapp-web.js.',
    WWEBJS_ROWS,
  ],
];

export const compatPage = (): string =>
  `${[INTRO, ...PROGRAMS.flatMap(([name, about, rows]) => section(name, about, rows))].join('\n\n')}\n`;

function section(name: string, about: string, rows: readonly Row[]): string[] {
  const served = rows.filter(isServed);
  const refused = rows.filter((row): row is Refused => !isServed(row));
  return [
    `## ${name}`,
    `${about} ${served.length} of ${rows.length} routes are served.`,
    `### Served by ${name}'s routes`,
    table(['route', 'method', 'what differs'], served.map(cells)),
    `### Not served of ${name}`,
    table(['reason', 'routes'], byReason(refused)),
  ];
}

const cells = (row: Served): string[] => [
  code(`${row.verb} ${row.path}`),
  row.asks.map((method) => `[${code(method)}](rpc.md#${anchor(method)})`).join(', '),
  row.differs,
];

function byReason(rows: readonly Refused[]): string[][] {
  const routes = new Map<string, string[]>();
  for (const { refused, verb, path } of rows)
    routes.set(refused, [...(routes.get(refused) ?? []), code(`${verb} ${path}`)]);
  return [...routes].map(([reason, names]) => [reason, names.join(', ')]);
}
