// Generates docs/rpc.md: how to use the socket, and every method, from the table of methods.
import { componentsFor, type Json } from '../src/daemon/api/components.js';
import { COMMON_FAULTS } from '../src/daemon/api/dispatch.js';
import { MAX_TOTAL_BYTES } from '../src/protocol/backlog.js';
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
\`$XDG_RUNTIME_DIR/wad/ACCOUNT/control.sock\`, else \`/tmp/wad-UID/ACCOUNT/control.sock\`. Who can open it may use the
account. From a shell:

\`\`\`sh
wactl call daemon.ping
printf '%s\\n' '{"jsonrpc":"2.0","id":1,"method":"daemon.ping"}' | socat - UNIX-CONNECT:/run/wad/default/control.sock
\`\`\`

## Rules

- JSON-RPC 2.0, UTF-8, one object a line (NDJSON). CRLF is taken for LF, empty lines are skipped, and the last line needs
  no newline. Answers come as they are done, not in the order of the requests.
- \`id\` is a string, or an integer that a double holds exactly; it comes back unchanged. A request without one is a
  notification: it is carried out and, as JSON-RPC has it, never answered.
- \`params\` is an object, or left out. Unknown keys are refused by name, all problems at once (\`data.issues\`).
- Any request may carry \`deadlineMs\` in its \`params\`. When it passes the answer is \`deadline_exceeded\`, with the outcome
  \`unknown\` when the work may still happen (methods that write) and \`none\` when it cannot.
- Any request may carry \`account\`: a daemon of another account refuses with \`wrong_account\`, and does nothing.
- Results are objects. Fields are added, never changed; a client ignores those that it does not know.
- Errors have a positive code of ours, or one of JSON-RPC's; never 0. Look at \`data.kind\`; see [faults.md](faults.md).
- An error with \`id: null\` means that no id could be read: not JSON (-32700), a batch or no request (-32600), a line that
  is too long, or about the connection itself (\`busy\`, \`connection_idle\`).
- Batches are refused: requests can be pipelined, one a line.
- Limits: ${mib(SOCKET_LIMITS.maxLineBytes)} a line (longer: \`line_too_long\`, and the connection is closed), nested at most ${MAX_LEVELS} levels deep (\`parse_error\`), ${SOCKET_LIMITS.maxConnections} connections and
  ${SOCKET_LIMITS.maxInFlight} requests in flight on each (more: \`busy\`). A peer that does not read is cut off once ${mib(SOCKET_LIMITS.maxBacklogBytes)} wait for
  it; from half of that on nothing is read from it. ${mib(MAX_TOTAL_BYTES)} may wait for all peers of socket and HTTP together; then those
  are cut off first that have not read for longest. Answers wait ${SOCKET_LIMITS.unreadMs / 1000} s at most, events of a subscription without end.
- A connection with neither a request in flight nor a subscription is ended when all places are taken and another one comes,
  the longest idle first: it gets \`connection_idle\` with \`id: null\`, and nothing behind it was taken. Ask again on a new one.
- The last 4 places are kept for short requests: when all others have a subscription or an unfinished upload, a connection
  that wants one as well is answered \`busy\`. Try again later, or raise \`socket.maxConnections\`.
- Who ends only its sending side still gets its answers, then the connection is closed. Who hangs up takes its requests
  with it: their work is stopped where it still can be.
- Any method may fail with ${list(COMMON_FAULTS)}.

## Events

After \`events.subscribe\` each event comes as a notification; it is the only thing the daemon says unasked:

\`\`\`json
{"jsonrpc":"2.0","method":"event","params":{"cursor":1767225600001,"type":"state","time":"2026-01-01T00:00:00.000Z","account":"default","data":{}}}
\`\`\`

\`type\` is one of ${list(EVENT_TYPES)}; [events.md](events.md) has the fields of each. Cursors only grow, also across restarts.
Read with \`events.list\` until \`next\` is the cursor that was asked from; keep \`next\`, and go on from it later. \`after: 0\` is
the oldest that is kept. What is not kept any more is said by an event \`gap\` with \`{reason: "not_kept", after, oldest}\`,
whatever types were asked for. A subscription without \`after\` and \`consumer\` begins now; with one of them, what came
since is replayed first, every event once and in order, at the pace of the reader. A consumer without \`after\` goes on
where it has acknowledged with \`events.ack\`; a new one begins now, or with \`from: "oldest"\` at the oldest that is kept, and its
place is on disk before this is answered.

The other reasons of a \`gap\`: \`too_many\` and \`unreadable\` (what came to \`chatId\` since \`since\` could not all be read back),
\`undecrypted\` (\`messageIds\` of \`chatId\`), \`unlinked\` (no phone was linked from \`since\` to \`until\`),
\`adopted\` (another program used the session until \`until\`), and a kind of fault such as
\`disk_full\`: so many \`events\`, at least, could not be kept.`;

const { schemas, schemaOf, answerOf } = componentsFor('draft-7');
/** The shapes with a heading here. Events have their own page, and a time is described in words. */
const shapes = Object.entries(schemas).filter(([name]) => !name.endsWith('Event') && name !== 'Time');
const linkOf = (name: string): string =>
  name === 'Event' ? '[Event](events.md)' : name === 'Time' ? TIME : `[${name}](#${anchor(name)})`;

export function rpcPage(): string {
  const rows: readonly MethodRow[] = Object.values(METHODS);
  const contents = table(
    ['method', '', 'what it does'],
    rows.map(({ name, effect, does }) => [`[${code(name)}](#${anchor(name)})`, effect, does]),
  );
  const named = shapes.flatMap(([name, schema]) => [
    `### ${name}`,
    String(schema.description),
    schema.properties ? fieldTable('field', schema) : `${wordsOf(schema)}.`,
  ]);
  return `${[INTRO, '## Methods', contents, ...rows.map(section), '## Shapes', SHAPES, ...named].join('\n\n')}\n`;
}

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
    `${row.does} (${row.effect}; since ${row.since})`,
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
