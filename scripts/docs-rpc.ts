// Generates docs/rpc.md: how to use the socket, and every method, from the table of methods.

import { COMMON_FAULTS } from '../src/dispatch/dispatch.js';
import { componentsFor, type Json } from '../src/openapi/components.js';
import { MAX_TOTAL_BYTES } from '../src/protocol/backlog.js';
import { GATEWAY_METHODS } from '../src/protocol/gateway/index.js';
import type { MethodRow } from '../src/protocol/method.js';
import { METHODS } from '../src/protocol/methods/index.js';
import { EVENT_TYPES } from '../src/protocol/state.js';
import { MAX_LEVELS } from '../src/socket/request.js';
import { SOCKET_LIMITS } from '../src/socket/server.js';
import { anchor, code, fieldsOf, refOf, TIME, table, wordsOf } from './markdown.js';

const mib = (bytes: number): string => `${bytes / 1024 / 1024} MiB`;
const list = (words: readonly string[]): string => words.map(code).join(', ');

const INTRO = `# JSON-RPC over the control socket

Generated from \`src/protocol/methods/\` by \`npm run docs\`; do not edit. The same table checks every request and
answer, and \`rpc.discover\` gives it as an OpenRPC document, with a schema for each event.

Each account has one Unix socket: \`$WAD_SOCKET\`, else \`/run/wad/ACCOUNT/control.sock\` for the system service, else
\`$XDG_RUNTIME_DIR/wad/ACCOUNT/control.sock\`, else \`/tmp/wad-UID/ACCOUNT/control.sock\`. Everyone who can open it
can use the account. From a shell:

\`\`\`sh
wactl call daemon.ping
printf '%s\\n' '{"jsonrpc":"2.0","id":1,"method":"daemon.ping"}' | socat - UNIX-CONNECT:/run/wad/default/control.sock
\`\`\`

## Rules

- JSON-RPC 2.0, UTF-8, one object a line (NDJSON). CRLF is accepted as LF, empty lines are skipped, and the last line
  needs no newline. Answers are sent as they complete, not in the order of the requests.
- \`id\` is a string, or an integer that a double holds exactly; it is returned unchanged. A request without one is
  a notification: it is carried out and, as JSON-RPC specifies, never answered.
- \`params\` is an object, or is omitted. Unknown keys are refused by name; \`data.issues\` lists all problems at once.
- Any request may carry \`deadlineMs\` in its \`params\`. When it passes, the answer is \`deadline_exceeded\`. The outcome
  is \`unknown\` if the work may still happen (methods that write), and \`none\` if it cannot.
- Any request may carry \`account\`: a daemon of another account refuses with \`wrong_account\`, and does nothing.
- Results are objects. Fields are added, never changed; a client ignores those that it does not know.
- The code of an error is a positive one of ours or one of JSON-RPC's, never 0. Programs check \`data.kind\`; see
  [faults.md](faults.md).
- An error with \`id: null\` means that no id could be read: not JSON (-32700), a batch or no request (-32600), a line that
  is too long, or an error about the connection itself (\`busy\`, \`connection_idle\`).
- Batches are refused: requests can be pipelined, one a line.
- Limits: ${mib(SOCKET_LIMITS.maxLineBytes)} a line (longer: \`line_too_long\`, and the connection is closed), nested at most ${MAX_LEVELS} levels deep (\`parse_error\`), ${SOCKET_LIMITS.maxConnections} connections and
  ${SOCKET_LIMITS.maxInFlight} requests in flight on each (more: \`busy\`). A client that does not read is disconnected when it has ${mib(SOCKET_LIMITS.maxBacklogBytes)} unread;
  above half of that, the daemon reads nothing more from it. All clients of socket and HTTP together may have ${mib(MAX_TOTAL_BYTES)} unread;
  beyond that, those that have read nothing for longest are disconnected first. A client that has unread answers and reads
  nothing for ${SOCKET_LIMITS.unreadMs / 1000} s is disconnected; unread events of a subscription have no such limit.
- When all connections are in use and a new one arrives, the one that has been idle longest is closed, among those with
  neither a request in flight nor a subscription. It gets \`connection_idle\` with \`id: null\`, and no later request on it was
  accepted. Repeat such requests on a new connection.
- The last 4 connections are reserved for short requests: when all others have a subscription or an unfinished upload, a
  request for another one is answered \`busy\`. Try again later, or raise \`socket.maxConnections\`.
- A client that closes only its sending side still gets its answers; then the connection is closed. If a client closes the
  whole connection, its requests are cancelled where that is still possible.
- Any method may fail with ${list(COMMON_FAULTS)}.

## Events

After \`events.subscribe\` each event is sent as a notification. The daemon sends nothing else without a request:

\`\`\`json
{"jsonrpc":"2.0","method":"event","params":{"cursor":1767225600001,"type":"state","time":"2026-01-01T00:00:00.000Z","account":"default","data":{}}}
\`\`\`

\`type\` is one of ${list(EVENT_TYPES)}; [events.md](events.md) has the fields of each. Cursors only grow, also across restarts.
Call \`events.list\` until \`next\` equals the cursor of the request; keep \`next\`, and continue from it later. \`after: 0\` starts
at the oldest event that is kept. If events after the cursor are no longer kept, an event \`gap\` with
\`{reason: "not_kept", after, oldest}\` says so, whatever types were requested.

A subscription without \`after\` and \`consumer\` begins now. With one of them the events since then are replayed first, each once
and in order, as fast as the client reads. A consumer without \`after\` continues after the event that it last acknowledged
with \`events.ack\`. A new consumer begins now, or with \`from: "oldest"\` at the oldest event that is kept; its position is on
disk before the answer is sent.

The other reasons of a \`gap\`: \`too_many\` and \`unreadable\` (not all messages to \`chatId\` since \`since\` could be fetched again),
\`undecrypted\` (\`messageIds\` of \`chatId\`), \`unlinked\` (no phone was linked from \`since\` to \`until\`),
\`adopted\` (another program used the session until \`until\`), and a kind of fault such as
\`disk_full\`: at least \`events\` events could not be stored.`;

const { schemas, schemaOf, answerOf } = componentsFor('draft-7');
/** The shapes with a heading here. Events have their own page, and a time is described in words. */
const shapes = Object.entries(schemas).filter(([name]) => !name.endsWith('Event') && name !== 'Time');
const linkOf = (name: string): string =>
  name === 'Event' ? '[Event](events.md)' : name === 'Time' ? TIME : `[${name}](#${anchor(name)})`;

export function rpcPage(): string {
  const rows: readonly MethodRow[] = Object.values(METHODS);
  const named = shapes.flatMap(([name, schema]) => [
    `### ${name}`,
    String(schema.description),
    schema.properties ? fieldTable('field', schema) : `${wordsOf(schema)}.`,
  ]);
  const gateway: readonly MethodRow[] = Object.values(GATEWAY_METHODS);
  const parts = [
    ...[INTRO, '## Methods', contents(rows), ...rows.map(section), '## Shapes', SHAPES, ...named],
    ...['## Methods of the gateway', GATEWAY, contents(gateway), ...gateway.map(section)],
  ];
  return `${parts.join('\n\n')}\n`;
}

const contents = (rows: readonly MethodRow[]): string =>
  table(
    ['method', '', 'what it does'],
    rows.map(({ name, effect, does }) => [`[${code(name)}](#${anchor(name)})`, effect, does]),
  );

const GATEWAY = `\`wad-gateway\` has a control socket of its own, with the same rules: \`$WAD_GATEWAY_SOCKET\`, else
\`/run/wad-gateway/control.sock\` for the system service, else \`$XDG_RUNTIME_DIR/wad-gateway/control.sock\`, else
\`/tmp/wad-gateway-UID/control.sock\`. \`wactl token\` and \`wactl gateway\` use it, see \`docs/gateway.md\`. It has these
methods only, no events, and refuses a request that names an account (\`wrong_account\`). They are not offered over HTTP.`;

const SHAPES = 'What several parameters and results have in common.';

const fieldTable = (title: string, schema: Json): string =>
  table(
    [title, 'type', ''],
    fieldsOf(schema, linkOf).map(({ path, words, required, says }) => [
      code(path),
      words,
      `${required ? '' : 'May be missing. '}${says}`.trim(),
    ]),
  );

function section(row: MethodRow): string {
  const params = fieldsOf(schemaOf(row.params), linkOf);
  const result = answerOf(row.result);
  const shape = refOf(result);
  const request = { jsonrpc: '2.0', id: 1, method: row.name, params: row.example.params };
  const answer = { jsonrpc: '2.0', id: 1, result: row.example.result };
  return [
    `### ${row.name}`,
    `${row.does} (${row.effect}; scope ${row.scope}; since ${row.since})`,
    params.length === 0
      ? 'No parameters.'
      : table(
          ['parameter', 'type', ''],
          params.map(({ path, words, required, says }) => [
            code(path),
            words,
            `${required ? 'Required. ' : ''}${says}`.trim(),
          ]),
        ),
    shape === undefined ? fieldTable('result', result) : `The result is ${linkOf(shape)}.`,
    row.faults.length === 0 ? '' : `Faults: ${row.faults.map(faultLink).join(', ')}.`,
    `\`\`\`json\n${JSON.stringify(request)}\n${JSON.stringify(answer)}\n\`\`\``,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const faultLink = (kind: string): string => `[${code(kind)}](faults.md#${kind})`;
