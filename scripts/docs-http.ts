// Generates docs/http.md: how to use HTTP, and every route, from the table of routes.
import { faultsOf } from '../src/daemon/api/openapi.js';
import { MAX_HEADERS } from '../src/http/guard.js';
import type { Route } from '../src/http/route.js';
import { ROUTES } from '../src/http/routes.js';
import { HTTP_LIMITS } from '../src/http/server.js';
import { MAX_TOTAL_BYTES } from '../src/protocol/backlog.js';
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

It is another door to the same methods as the control socket ([rpc.md](rpc.md)): one implementation, the same checks, the
same errors. It listens on this machine only. Each account needs an address of its own: put the table into \`ACCOUNT.toml\`. A
daemon whose address is taken ends with 78 and says which line to write into which file.

## Without a token

With \`anonymousLoopback = true\` these lines work as they stand:

\`\`\`sh
curl http://localhost:3001/api/whatsapp/status
curl http://localhost:3001/api/whatsapp/qr
curl -X POST http://localhost:3001/api/whatsapp/initialize
curl -X POST http://localhost:3001/api/whatsapp/disconnect
curl -X POST http://localhost:3001/api/whatsapp/clear-session
\`\`\`

Everybody who can run a program on this machine may then use the account. Pages in a browser may not, whatever they try.

## With a token

Without that key every request carries a bearer token. It is made at the first start, in \`http-token\` in the state
directory, or read from \`tokenFile\`, which has to be there and closed to others (mode 0600):

\`\`\`sh
curl -H "Authorization: Bearer $(sudo cat /var/lib/wad/default/http-token)" http://localhost:3001/api/whatsapp/status
\`\`\`

\`/healthz\`, the linking page and \`/openapi.json\` tell nothing of the account and require none. \`/readyz\` says yes or no without
it, and with it also the state and the reason.

## The linking page

\`http://localhost:3001/\` in a browser shows what state the account is in, what to do, the QR code as it changes, and a
pairing code for who cannot scan. Where a token is wanted it asks for it, or takes it from behind the address,
\`http://localhost:3001/#token=TOKEN\`, which no server and no log gets to see. From another machine: \`ssh -L
3001:localhost:3001 HOST\`.

## Rules

- A body is a JSON object with \`Content-Type: application/json\`, ${mib(HTTP_LIMITS.maxBodyBytes)} at most, and has to come within ${HTTP_LIMITS.requestMs / 1000} s. Parameters
  of a GET stand in the query. Unknown ones are refused by name. Any request may have \`deadlineMs\`, and
  \`account\`: the daemon of another one refuses it (\`wrong_account\`, 409).
- An error is \`{ success: false, message, reason, hint, timestamp, error }\`; \`error\` is what the socket would have answered.
  Look at \`error.data.kind\`: see [faults.md](faults.md).
- \`Host\` has to name this machine (\`localhost\`, \`127.…\`, \`[::1]\`), and an \`Origin\` has to be ours: else 403. So neither
  another site in your browser nor a name that was made to point here gets through. A proxy before it sets
  \`Host: localhost\` and removes \`Origin\`.
- No answer has a type or a name that a sender chose, and each has \`X-Content-Type-Options: nosniff\`: files come as base64 in
  JSON (\`media.read\`). A program that passes one on to a browser should send it with \`Content-Disposition: attachment\`.
- ${MAX_HEADERS} headers, and ${HTTP_LIMITS.maxInFlight} requests at a time (more: 429). ${HTTP_LIMITS.maxConnections} connections; one more takes the place of the one that has
  been idle for longest, never of a request in flight or of a listener to events. The last 4 take no listener (429), so that a
  short request finds a place.
- A peer has to read. At most ${HTTP_LIMITS.maxUnanswered} requests of a connection may wait for their answers to be read: one more is not answered, and
  the connection ends once the others are read. A connection is cut off when more than ${mib(HTTP_LIMITS.maxBacklogBytes)} wait for its peer (one answer alone may have
  ${mib(HTTP_LIMITS.maxAnswerBytes)}; a longer one is \`answer_too_long\`), and when answers wait and nothing was read for ${HTTP_LIMITS.unreadMs / 1000} s, unless it listens to
  events. A request that takes longer than that is not cut off. ${mib(MAX_TOTAL_BYTES)} may wait for all peers together; then those that have not
  read for longest are cut off first.

## Sending

\`\`\`sh
curl -H 'Content-Type: application/json' http://localhost:3001/api/whatsapp/messages \\
  -d '{"to": "+1 555 000 2222", "text": "hello", "key": "order-17"}'
\`\`\`

answers 202 with \`{ id, messageId, state: "queued" }\` when the message is on disk: it goes out once, even if the daemon is
killed. With the same \`key\` again, in the body or as the header \`Idempotency-Key\`, it is the same message, and \`state\` is what has
become of it. So does \`GET /api/whatsapp/messages/ID\` say, and its \`message.ack\` events.

## Events

\`GET /api/whatsapp/events\` is a stream of server-sent events: \`id\` is the cursor, \`event\` the type, \`data\` the event as
[events.list](rpc.md#eventslist) gives it.

\`\`\`sh
curl -N 'http://localhost:3001/api/whatsapp/events?after=0&types=message,message.ack'
\`\`\`

A listener that comes back says \`Last-Event-ID\`, as browsers do by themselves, and misses nothing. One that does not read is
cut off.`;

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
  return `${[INTRO, '## Routes', table(['route', 'method', 'what it does', 'success', 'errors'], [...rows, any])].join('\n\n')}\n`;
}

const statuses = (route: Route): string =>
  [...faultsOf(route).keys()].filter((status) => ![400, 401, 403, 408, 413, 415].includes(status)).join(', ');
