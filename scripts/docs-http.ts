// Generates docs/http.md: how to use HTTP, and every route, from the table of routes.

import { GATEWAY_ROUTES, pathOfAccount } from '../src/gateway/routes.js';
import { MAX_HEADERS } from '../src/http/guard.js';
import type { RouteRow } from '../src/http/route.js';
import { ACCOUNT_ROUTES, ROUTES } from '../src/http/routes.js';
import { HTTP_LIMITS } from '../src/http/server.js';
import { faultsOf } from '../src/openapi/openapi.js';
import { MAX_TOTAL_BYTES } from '../src/protocol/backlog.js';
import { MAX_FILE_BYTES } from '../src/protocol/content.js';
import { anchor, code, table } from './markdown.js';

const mib = (bytes: number): string => `${bytes / 1024 / 1024} MiB`;

const INTRO = `# HTTP

Generated from \`src/http/routes.ts\` by \`npm run docs\`; do not edit. \`GET /openapi.json\` gives the same as an OpenAPI 3.1
document.

HTTP is off until the configuration has a table \`[http]\`; an empty one is enough:

\`\`\`toml
[http]
# listen = "127.0.0.1:3001"    # or "[::1]:3001", or the path of a Unix socket
# anonymousLoopback = true     # no token: see below
\`\`\`

HTTP offers the same methods as the control socket ([rpc.md](rpc.md)), with one implementation, the same checks and the same
errors. It listens on this machine only. Each account needs its own address: put the table into \`ACCOUNT.toml\`. A daemon
whose address is in use exits with 78 and prints which line to write into which file.

## Without a token

With \`anonymousLoopback = true\` these commands work unchanged:

\`\`\`sh
curl http://localhost:3001/api/whatsapp/status
curl http://localhost:3001/api/whatsapp/qr
curl -X POST http://localhost:3001/api/whatsapp/initialize
curl -X POST http://localhost:3001/api/whatsapp/disconnect
curl -X POST http://localhost:3001/api/whatsapp/clear-session
\`\`\`

Everyone who can run a program on this machine can then use the account. Pages in a browser are refused in any case.

## With a token

Without that key every request requires a bearer token. It is created at the first start, in \`http-token\` in the state
directory, or read from \`tokenFile\`, which must exist and be closed to others (mode 0600):

\`\`\`sh
curl -H "Authorization: Bearer $(sudo cat /var/lib/wad/default/http-token)" http://localhost:3001/api/whatsapp/status
\`\`\`

\`/healthz\`, the linking page and \`/openapi.json\` reveal nothing about the account and require no token. \`/readyz\` answers yes
or no without a token; with one it also gives the state and the reason.

## The linking page

\`http://localhost:3001/\` in a browser shows the state of the account, what to do, the current QR code, and a pairing
code for those who cannot scan. If a token is required, the page asks for it, or takes it from the fragment of the address,
\`http://localhost:3001/#token=TOKEN\`, which is never sent to a server or logged. From another machine: \`ssh -L
3001:localhost:3001 HOST\`.

## Rules

- A body is a JSON object with \`Content-Type: application/json\`, ${mib(HTTP_LIMITS.maxBodyBytes)} at most, and must arrive within ${HTTP_LIMITS.requestMs / 1000} s. A GET
  takes its parameters from the query. Unknown parameters are refused by name. Any request may have \`deadlineMs\`, and
  \`account\`: the daemon of another account refuses it (\`wrong_account\`, 409).
- An error is \`{ success: false, message, reason, hint, timestamp, error }\`; \`error\` is the error as the socket reports it.
  Programs check \`error.data.kind\`; see [faults.md](faults.md).
- \`Host\` must name this machine (\`localhost\`, \`127.…\`, \`[::1]\`), and \`Origin\`, if present, must be ours; otherwise the
  answer is 403. This stops other sites in your browser, and names that were made to resolve to this machine. A proxy in
  front of it must set \`Host: localhost\` and remove \`Origin\`.
- Every answer has \`X-Content-Type-Options: nosniff\`. Senders choose type and name of their files, so a file is sent with
  \`Content-Disposition: attachment\` and \`Content-Security-Policy: sandbox\`, and types that a browser would run (HTML, SVG, XML,
  scripts) become \`application/octet-stream\`. A program that passes a file on to a browser should do the same.
- A request has at most ${MAX_HEADERS} headers. At most ${HTTP_LIMITS.maxInFlight} requests run at a time (more: 429). At most ${HTTP_LIMITS.maxConnections} connections are open; a new one
  replaces the one that has been idle longest, but never one with a request in flight or an event stream. The last 4 accept
  no event streams (429), so that short requests can always connect.
- Clients must read their answers. At most ${HTTP_LIMITS.maxUnanswered} answers of a connection may be unread: a further request is not answered, and the
  connection is closed once the others are read. A connection is also closed when more than ${mib(HTTP_LIMITS.maxBacklogBytes)} are unread (a single answer may have
  ${mib(HTTP_LIMITS.maxAnswerBytes)}; a longer one is \`answer_too_long\`), and when answers are unread and the client has read nothing for ${HTTP_LIMITS.unreadMs / 1000} s, unless it
  has an event stream. A request that takes longer than that is not interrupted. All clients together may have ${mib(MAX_TOTAL_BYTES)} unread;
  beyond that, connections are closed, those first that have read nothing for longest.

## Sending

\`\`\`sh
curl -H 'Content-Type: application/json' http://localhost:3001/api/whatsapp/messages \\
  -d '{"to": "+1 555 000 2222", "text": "hello", "key": "order-17"}'
\`\`\`

The answer is 202 with \`{ id, messageId, state: "queued" }\` when the message is on disk. The message is sent once, even if the
daemon is killed. Repeating the request with the same \`key\`, in the body or as the header \`Idempotency-Key\`, sends nothing more
and returns the current \`state\` of that message. \`GET /api/whatsapp/messages/ID\` and \`message.ack\` events report it too.

## Files

\`\`\`sh
curl -T offer.pdf 'http://localhost:3001/api/whatsapp/media?name=offer.pdf'
curl -F file=@offer.pdf http://localhost:3001/api/whatsapp/media
\`\`\`

The body is the file, or a form (\`multipart/form-data\`) with one file and nothing else; ${mib(MAX_FILE_BYTES)} at most. The answer is 201 with
\`{ id, mimetype, name, size }\`. [message.send](rpc.md#messagesend) takes the \`id\` as \`media\`. An upload may take an hour; it ends with 408 when
nothing arrives for ${HTTP_LIMITS.stallMs / 1000} s. An upload that does not end leaves nothing behind.

\`\`\`sh
curl -OJ http://localhost:3001/api/whatsapp/media/ID
curl -H 'Range: bytes=0-1023' http://localhost:3001/api/whatsapp/media/ID
\`\`\`

Files of messages are fetched first: \`POST /api/rpc/media.fetch\` returns the \`id\`. A single range is served (206), so downloads can be
resumed; \`ETag\` and \`If-Range\` work, because a file never changes. At most ${HTTP_LIMITS.maxTransfers} files are uploaded or downloaded at a time (more:
429). Neither the daemon nor the gateway has a whole file in memory.

## Events

\`GET /api/whatsapp/events\` is a stream of server-sent events: \`id\` is the cursor, \`event\` the type, \`data\` the event as
[events.list](rpc.md#eventslist) gives it.

\`\`\`sh
curl -N 'http://localhost:3001/api/whatsapp/events?after=0&types=message,message.ack'
\`\`\`

A client that reconnects with \`Last-Event-ID\`, as browsers do by themselves, misses nothing. A client that does not read is
disconnected.`;

const GATEWAY = `## Routes of the gateway

The [gateway](gateway.md) serves all accounts of a machine. Each route of an account is below its name there:
\`/api/whatsapp/status\` is \`/api/accounts/NAME/status\`, and \`/api/rpc/METHOD\` is \`/api/accounts/NAME/rpc/METHOD\`. These are its own:`;

/** The routes over all accounts, and those that an account does not have by itself. */
function gatewayTable(): string {
  const ofAccounts = new Set(ACCOUNT_ROUTES.map(({ path }) => pathOfAccount(path)));
  const rows = GATEWAY_ROUTES.filter(({ path }) => !ofAccounts.has(path)).map(
    ({ verb, path, does, open, success, query = {} }) => [
      code(`${verb} ${path}`),
      [
        `${does}${open ? ' No token.' : ''}`,
        ...Object.entries(query).map(([name, says]) => `${code(name)}: ${says}`),
      ].join(' '),
      String(success),
    ],
  );
  return table(['route', 'what it does', 'success'], rows);
}

/** Routes are in the order of the table. Those that call a method by its own name share one row. */
export function httpPage(): string {
  const named = ROUTES.filter(({ path }) => !path.startsWith('/api/rpc/'));
  const rows = named.map((route) => [
    code(`${route.verb} ${route.path}`),
    route.asks === null ? '' : `[${code(route.asks)}](rpc.md#${anchor(route.asks)})`,
    `${route.does}${route.open ? ' No token.' : ''}`,
    String(route.success),
    statuses(route),
  ]);
  const any = [
    code('POST /api/rpc/METHOD'),
    '[any](rpc.md#methods)',
    'Any method of the socket by its own name, its parameters in the body; all but those of a subscription.',
    '200',
    '',
  ];
  return `${[INTRO, '## Routes', table(['route', 'method', 'what it does', 'success', 'errors'], [...rows, any]), GATEWAY, gatewayTable()].join('\n\n')}\n`;
}

const statuses = (route: RouteRow): string =>
  [...faultsOf(route).keys()].filter((status) => ![400, 401, 403, 408, 413, 415].includes(status)).join(', ');
