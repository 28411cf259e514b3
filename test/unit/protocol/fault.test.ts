/** The table of faults is consistent, and a fault keeps its kind across the wire. */
import t from 'tap';
import { Fault } from '../../../src/protocol/fault.js';
import { FAULTS, type FaultKind, faultRow, isFaultKind } from '../../../src/protocol/fault-table.js';

const kinds = Object.keys(FAULTS) as FaultKind[];

t.test('the table of faults is consistent', async (t) => {
  const codes = kinds.map((kind) => faultRow(kind).code);
  t.equal(new Set(codes).size, kinds.length, 'no code is used twice');
  for (const kind of kinds) {
    const { code, exit, http, says, remedy } = faultRow(kind);
    t.match(kind, /^[a-z]+(_[a-z]+)*$/, `${kind} is in snake_case`);
    t.ok(
      code > 0 || (code <= -32600 && code >= -32700),
      `${kind}: ${code} is ours or JSON-RPC's, and never 0`,
    );
    t.ok([1, 2, 3, 4, 5, 6, 7, 8, 130].includes(exit), `${kind}: exit ${exit} is a known status`);
    t.ok(http >= 400 && http < 600, `${kind}: HTTP ${http} is an error`);
    t.match(says, /^[A-Z].*\.$/, `${kind}: a sentence`);
    t.not(remedy, '', `${kind}: a remedy is a command or nothing`);
  }
});

/** Faults without a helpful command, each with the reason. */
const NO_REMEDY: Partial<Record<FaultKind, string>> = {
  parse_error: 'a mistake of a program: docs/rpc.md',
  invalid_request: 'a mistake of a program: docs/rpc.md',
  line_too_long: 'a mistake of a program: docs/rpc.md',
  answer_too_long: 'the same call, with a smaller limit',
  no_such_subscription: 'a mistake of a program: docs/rpc.md',
  foreign_host: 'a mistake of a program: docs/http.md',
  foreign_origin: 'a mistake of a program: docs/http.md',
  body_too_slow: 'a mistake of a program: docs/http.md',
  body_too_large: 'a mistake of a program: docs/http.md',
  unsupported_body: 'a mistake of a program: docs/http.md',
  busy: 'the same call, later',
  no_such_invite: 'a new link, from an admin of the group',
  not_served: 'the reason says what to use instead: docs/compat.md',
  not_fetched: 'another url, or the file itself',
  rate_limited: 'the same call, later',
  whatsapp_limit: 'the same call, later',
  not_on_whatsapp: 'another number is needed',
  invalid_recipient: 'the reason says what a recipient looks like',
  send_failed: 'the reason is all that WhatsApp says',
  not_allowed: 'only WhatsApp, or an admin of the group, can allow it',
  no_such_media: 'the file is put or fetched again by the program that has its id',
  media_gone: 'only whoever sent it can send it again',
  media_too_large: 'the reason says how large it may be',
  interrupted: 'the person has decided',
  wrong_account: 'the reason says which account answered',
  connection_idle: 'the same call, on a new connection',
  address_in_use: 'the hint says which key to set, and to what',
  bad_config: 'the reason names the key, and what to write instead depends on it',
  older_daemon: 'the command depends on how the daemon was started; the client gives it',
  fleet_unreachable: 'the reason names the servers; what stands between is not known',
  fleet_refused: 'only the operator of the servers can permit it',
  fleet_mismatch: 'the reason says what is there and what is needed; which of them to change is a decision',
  bad_snapshot: 'the reason says what is wrong with the copy; another one is tried',
  wrong_key: 'the file of another machine of the fleet is needed',
  no_fleet: 'whether it should belong to one is a decision: docs/fleet.md',
  unsafe_socket: 'the reason says whose it is; whether to trust them is a decision',
};

t.test('every fault has a command that helps, or a reason why it has none', async (t) => {
  for (const kind of kinds)
    t.equal(
      faultRow(kind).remedy === null,
      NO_REMEDY[kind] !== undefined,
      `${kind}: ${faultRow(kind).remedy}`,
    );
});

t.test('the exit statuses are unchanged', async (t) => {
  const classes: readonly (readonly [number, readonly FaultKind[]])[] = [
    [2, ['usage', 'invalid_params', 'invalid_recipient']],
    [3, ['unreachable', 'permission_denied']],
    [4, ['not_linked', 'action_required', 'banned']],
    [5, ['not_ready', 'busy', 'no_qr', 'shutting_down']],
    [6, ['outcome_unknown']],
    [7, ['no_such_chat', 'no_such_message', 'not_on_whatsapp']],
    [8, ['deadline_exceeded', 'wait_expired']],
    [130, ['interrupted']],
  ];
  for (const [exit, members] of classes) {
    for (const kind of members) t.equal(faultRow(kind).exit, exit, kind);
  }
});

t.test('a fault keeps its fields across the wire', async (t) => {
  for (const kind of kinds) {
    const fault = new Fault(kind, {
      reason: 'because',
      outcome: 'unknown',
      retryAfterMs: 5,
      more: { id: 'm-1', limit: 3 },
      cause: new Error('stays here'),
    });
    const wire = JSON.parse(JSON.stringify(fault.toWire()));
    t.notMatch(JSON.stringify(wire), /stays here|\\n\s+at /, `${kind}: cause and stack are not sent`);
    const back = Fault.fromWire(wire);
    t.equal(back.kind, kind);
    t.same(back.toWire(), fault.toWire());
  }
});

t.test('any value from the wire becomes a fault', async (t) => {
  const table = [
    [{}, 'internal', 'no reason given'],
    [{ code: -32601, message: 'Method not found' }, 'internal', 'Method not found'],
    [{ code: 1999, message: 'x', data: { kind: 'from_the_future', reason: 'new' } }, 'internal', 'new'],
    [{ code: 1, message: 'x', data: null }, 'internal', 'x'],
    [{ code: 1, message: 'x', data: 'text' }, 'internal', 'x'],
    [{ code: 1, message: 'x', data: { kind: '__proto__' } }, 'internal', 'x'],
    [{ code: 1, message: 'x', data: { kind: 'toString' } }, 'internal', 'x'],
    [{ code: 1, message: 'x', data: { kind: ['busy'] } }, 'internal', 'x'],
    [{ code: 1, message: 'x', data: { kind: 'busy', reason: 7, hint: {}, outcome: 'maybe' } }, 'busy', 'x'],
  ] as const;
  for (const [error, kind, reason] of table) {
    const fault = Fault.fromWire(error);
    t.equal(fault.kind, kind, JSON.stringify(error));
    t.equal(fault.message, reason);
    t.equal(fault.details.outcome, 'none');
  }
  t.equal(
    Fault.fromWire({ data: { kind: 'from_the_future' } }).details.more?.kind,
    'from_the_future',
    'the name of an unknown kind is kept',
  );
});

t.test('any thrown value becomes a fault', async (t) => {
  const busy = new Fault('busy');
  t.equal(Fault.of(busy), busy);
  for (const thrown of [new Error('x'), 'x', null, undefined, 0, { kind: 'busy' }]) {
    t.equal(Fault.of(thrown).kind, 'internal');
  }
  t.equal(isFaultKind('busy'), true);
  for (const text of ['Busy', '', 'constructor', '__proto__', 1, null]) t.equal(isFaultKind(text), false);
});

t.test('the wire form says whether a retry can help', async (t) => {
  for (const kind of Object.keys(FAULTS) as FaultKind[]) {
    const { retryable } = new Fault(kind).toWire().data;
    t.equal(retryable, ['now', 'later'].includes(FAULTS[kind].retry), `${kind}: ${FAULTS[kind].retry}`);
  }
  t.equal(new Fault('busy').toWire().data.retryable, true);
});
