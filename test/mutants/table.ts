// THE table of changes: faults as they are made, one line each, and who has to notice (mutant.ts). Anchored by text, so
// that it moves with the code.
import type { Mutant } from './mutant.js';

type Row = readonly [file: string, from: string, to: string, ...tests: string[]];

// biome-ignore format: a table is read by its columns
const ROWS: readonly Row[] = [
  // Twice, or lost.
  ['daemon/doubts', "if (row.state === 'sending' && !isNew) return;", '', 'unit/daemon/doubts'],
  ['daemon/doubts', 'if (wid === null || this.#options.wid() !== wid || (row', 'if (wid === null || (row', 'unit/daemon/doubts'],
  ['daemon/doubts', 'if (this.#options.wid() !== wid || (state', 'if ((state', 'unit/daemon/doubts'],
  ['daemon/outbox', '.earlier(key, wid, recipient, kind, payload);', '.earlier(key, this.#store.account.wid ?? wid, recipient, kind, payload);', 'unit/daemon/outbox'],
  ['daemon/turns', 'if (row.expiresAtMs !== null && row.expiresAtMs <= nowMs) {', 'if (row.expiresAtMs !== null && row.expiresAtMs < nowMs) {', 'unit/daemon/turns'],
  ['daemon/turns', 'if (row.expiresAtMs !== null && row.expiresAtMs <= nowMs) {', 'if (false) {', 'unit/daemon/turns'],
  ['daemon/turns', 'return attempts > 0 || this.#paced.has(id);', 'return this.#paced.has(id);', 'unit/daemon/turns'],
  ['whatsapp/page/own-id', "if (sends[id] === 'refused') throw new Error('wad: this send was given up');\n    // It", '// It', 'unit/whatsapp/own-id'],
  ['whatsapp/page/own-message', "if (giveUp && sends && sends[id] === undefined) sends[id] = 'refused';", '', 'unit/whatsapp/own-id'],
  ['whatsapp/send', 'isNavigation(failure) || ', '', 'unit/whatsapp/send'],
  ['whatsapp/ability', "'contact.list': ['WAWebFrontendContactGetters.getIsMyContact', ...PEOPLE],", "'contact.list': [...PEOPLE],", 'unit/whatsapp/ability'],
  ['session-dir/lock', 'if ((await look(dir))?.id === id) await rmdir(dir.lock);', 'await rmdir(dir.lock);', 'unit/session-dir/lock'],
  ['session-dir/layout', 'const WIDE = 0o077;', 'const WIDE = 0o007;', 'unit/session-dir/profile'],
  ['session-dir/process-id', 'itsBoot === bootId() && ', '', 'unit/session-dir/process-id'],
  ['session-dir/process-id', "return itsBoot === bootId() && (await processStat(pid))?.startTicks === startTicks;", 'return itsBoot === bootId() && (await processStat(pid)) !== null;', 'unit/session-dir/process-id'],
  ['session-dir/durable-file', 'await file.sync();', '', 'unit/session-dir/profile', 'unit/session-dir/durable-file'],
  ['store/open', '(found.mode & 0o077) === 0', '(found.mode & 0o007) === 0', 'unit/store/open'],
  // What came in.
  ['daemon/hearing', 'heardUntilMs - MARGIN_MS)', 'heardUntilMs)', 'unit/daemon/hearing'],
  ['daemon/hearing', 'this.#phase.readyAtMs, Date.now() - IN_DOUBT_MS)', 'this.#phase.readyAtMs, Date.now())', 'unit/daemon/hearing'],
  ['daemon/hearing', "const until = this.#phase.name === 'live'", "const until = this.#phase.name !== 'away'", 'unit/daemon/hearing'],
  ['daemon/subscriptions', "types === undefined || event.type === 'gap' || types.includes(event.type)", 'types === undefined || types.includes(event.type)', 'unit/daemon/feed'],
  ['whatsapp/readiness', 'if (this.#witness.reports !== reports) {', 'if (false) {', 'unit/whatsapp/readiness'],
  // Who gets in, and where it leads.
  ['daemon/media/shelf', 'if (!ID.test(id)) throw', 'if (id === "") throw', 'unit/daemon/media'],
  ['webhook/special-address', "subnet: '10.0.0.0/8', reach: 'private'", "subnet: '10.0.0.0/8', reach: 'public'", 'unit/webhook/special-address'],
  ['webhook/special-address', "subnet: 'fc00::/7', reach: 'private'", "subnet: 'fc00::/7', reach: 'public'", 'unit/webhook/special-address'],
  ['webhook/target', 'verdict(hostname, address, allowPrivate)).find(Boolean)', 'verdict(hostname, address, allowPrivate))[0]', 'unit/webhook/target'],
  ['socket/outlet', 'if (this.backlogBytes + bytes > this.#maxBacklogBytes) {', 'if (this.backlogBytes + bytes > 2 * this.#maxBacklogBytes) {', 'unit/socket/server', 'unit/socket/idle'],
  // What is written down.
  ['daemon/redact', 'pairingCode|', '', 'unit/daemon/log'],
  ['daemon/redact', '|cookie)', ')', 'unit/daemon/log'],
  ['daemon/redact', '|password|', '|', 'unit/daemon/log'],
  ['daemon/redact', '|caption|', '|', 'unit/daemon/log'],
  ['daemon/redact', '|participants?|', '|participant|', 'unit/daemon/log'],
  ['session/pacing', 'const SPREAD = 0.5;', 'const SPREAD = 0.05;', 'unit/session/pacing'],
  // cli
  ['cli/moment', 'nowMs + Number(count) * factor', 'nowMs - Number(count) * factor', 'unit/cli/moment'],
  ['cli/exit', "fault.details.outcome === 'unknown' && !ENDED.includes(fault.kind) ? 6", "fault.details.outcome === 'unknown' ? 6", 'unit/cli/exit'],
  ['cli/nearest', 'Math.max(1, Math.floor(word.length / 3))', 'Math.floor(word.length / 3)', 'unit/cli/nearest'],
  ['cli/listing', 'if (value <= max) return value;', 'if (value < max) return value;', 'unit/cli/listing'],
  ['cli/render/duration', 'UNITS.slice(at, at + 2)', 'UNITS.slice(at, at + 3)', 'unit/cli/render'],
  ['cli/render/table', 'offset + shown < total', 'offset + shown <= total', 'unit/cli/render'],
  ['cli/parse', "'strip-aliased': true,", "'strip-aliased': false,", 'unit/cli/parse'],
  ['cli/parse', "(end === -1 || i < end) && ", '', 'unit/cli/parse'],
  // client
  ['client/follow', '          cursor = event.cursor;\n', '', 'unit/client/follow'],
  ['client/follow', 'if (last) await heard;', 'await heard;', 'unit/client/follow'],
  ['client/upload', 'offset += bytes.length;', 'offset = bytes.length;', 'unit/client/upload'],
  // config
  ['config/listen', 'port > 65_535', 'port > 65_536', 'unit/config/listen'],
  ['config/media-rule', 'Number.POSITIVE_INFINITY) <= limit', 'Number.POSITIVE_INFINITY) < limit', 'unit/config/media-rule'],
  ['config/secret-file', 'if ((mode & 0o077) === 0) return;', 'if ((mode & 0o007) === 0) return;', 'unit/config/secret-file'],
  ['config/secret-file', 'text.length < MIN_CHARS || ', '', 'unit/config/secret-file'],
  ['config/nearest', 'plain(best).length / 3', 'plain(best).length / 1', 'unit/config/load'],
  // daemon
  ['daemon/recipients', 'chatId !== null && asker === this.#asker', 'chatId !== null', 'unit/daemon/recipients'],
  ['daemon/looks', 'atMs === null || atMs >= this.#nextMs || ', 'atMs === null || ', 'unit/daemon/looks'],
  ['daemon/qr-desk', 'number === 1 ? FIRST_MS : LATER_MS', 'number <= 2 ? FIRST_MS : LATER_MS', 'unit/daemon/qr-desk'],
  ['daemon/upkeep', 'isQuiet() && browser()?.pid === running.pid', 'isQuiet()', 'unit/daemon/upkeep'],
  ['daemon/upkeep', 'leastMb < FINE_MB : leastMb < LOW_MB', 'leastMb < LOW_MB : leastMb < LOW_MB', 'unit/daemon/upkeep'],
  ['daemon/pairing-budget', 'this.#askedAtMs.length - PER_DAY]', 'this.#askedAtMs.length - PER_DAY - 1]', 'unit/daemon/pairing-budget'],
  ['daemon/delivery', "row.attempts > 1 ? 'lost' : 'returned'", "'returned'", 'unit/daemon/courier'],
  ['daemon/delivery', 'chatId !== row.chatId && row.attempts === 1', 'chatId !== row.chatId', 'unit/daemon/courier'],
  ['store/outbox', 'lane = ? AND seq < ? AND (state', 'lane = ? AND seq > ? AND (state', 'unit/daemon/doubts'],
  ['daemon/doubts', "outbox.hand.has(id) ? 'returned' : 'lost'", "'returned'", 'unit/daemon/doubts'],
  ['daemon/qr-desk', 'this.#qr.expiresAtMs > this.#now()', 'this.#qr.issuedAtMs > 0', 'unit/daemon/qr-desk'],
  // http
  ['http/token', 'return given !== undefined && timingSafeEqual(', 'return given === undefined || timingSafeEqual(', 'unit/http/token'],
  ['http/guard', "all.length > 1 ? '' : all[0]", 'all[0]', 'unit/http/guard'],
  ['http/guard', "site !== 'same-origin' && site !== 'none'", "site !== 'same-origin' && site !== 'none' && site !== 'same-site'", 'unit/http/guard'],
  ['http/body', 'if (bytes > maxBytes) throw tooLarge(maxBytes);', '', 'unit/http/body'],
  ['http/query', 'Object.hasOwn(shape, name) ? shape[name] : undefined', 'shape[name]', 'unit/http/query'],
  ['http/connection', 'if (this.backlogBytes + bytes.length > this.#limits.maxBacklogBytes) {', 'if (false) {', 'unit/http/door', 'unit/http/unread'],
  // files
  ['local/bounded-file', 'const READ_ONLY = O_RDONLY | O_NONBLOCK | O_NOCTTY;', 'const READ_ONLY = O_RDONLY | O_NOCTTY;', 'unit/local/bounded-file'],
  ['local/bounded-file', 'if (bytes > maxBytes) throw', 'if (bytes > maxBytes && false) throw', 'unit/local/bounded-file'],
  ['store/schema', "type === 'trigger' && !own.has(name)", 'false', 'unit/store/open'],
  ['store/open', "  closeSync(openSync(path, 'r+'));\n", '', 'unit/store/open'],
  ['socket/file', 'if (!isOurs(directory)) return refuseWriters(directory, stats.mode);', '', 'unit/socket/server'],
  ['daemon/move/running', 'if (info === null || (uid !== 0 && info.profileDir !== dir.profile)) return;', 'return;', 'e2e/hints'],
  // mcp
  ['mcp/tools', 'name !== SEND || recipients.length > 0', 'true', 'unit/mcp/tools'],
  ['mcp/tools', 'const input = z.strictObject(', 'const input = z.object(', 'unit/mcp/tools'],
  // protocol
  ['protocol/wid', ".replace(/^00/, '')", '', 'unit/protocol/wid'],
  ['protocol/wid', 'wid.replace(/:\\d+@/, ', 'wid.replace(/:\\d@/, ', 'unit/protocol/wid'],
  ['protocol/fault', "retry === 'now' || retry === 'later'", "retry === 'now'", 'unit/protocol/fault'],
  ['protocol/fault', "outcome === 'unknown' ? 'unknown' : 'none'", "'none'", 'unit/protocol/fault'],
  // session
  ['session/outbox', "return isTaken(state) ? state : 'unknown';", "return 'unknown';", 'unit/session/outbox'],
  ['session/outbox', 'ack >= 3', 'ack > 3', 'unit/session/outbox'],
  ['session/backoff', 'Math.min(attempt, delaysMs.length) - 1]', 'Math.min(attempt, delaysMs.length - 1)]', 'unit/session/transition'],
  ['session/moves-link', 'if (event.timer !== state.timer) return stay(state);', '', 'unit/session/transition'],
  ['session/transition', "if ('generation' in event && event.generation !== state.generation) return stay(state);", '', 'unit/session/transition'],
  // session-dir
  ['session-dir/quarantine', 'olderThanMs > 0 && Date.now() - atMs < olderThanMs', 'olderThanMs > 0 && Date.now() - atMs > olderThanMs', 'unit/session-dir/profile'],
  ['session-dir/holder', ' &&\n  a.since === b.since', '', 'unit/session-dir/holder'],
  ['session-dir/leveldb-log', 'if (begins && open !== null) spliced = true;', '', 'unit/session-dir/leveldb-log'],
  ['session-dir/torn-log', " && entries.some(({ name }) => name === 'CURRENT')", '', 'unit/session-dir/torn-log'],
  // socket
  ['socket/line', 'whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole', 'whole', 'unit/socket/line'],
  ['socket/line', 'this.#length + piece.length > this.#maxBytes', 'this.#length + piece.length >= this.#maxBytes', 'unit/socket/line'],
  ['socket/request', 'if (!inString && ++depth > levels)', 'if (++depth > levels)', 'unit/socket/request'],
  ['socket/request', "if (envelope.get('jsonrpc') !== '2.0')", 'if (false)', 'unit/socket/request'],
  ['socket/connection', 'for (const call of this.#inFlight) call.abort(why);', '', 'unit/socket/server'],
  // store
  ['store/journal', 'after !== 0 && after < oldest - 1 && after < last', 'after !== 0 && after < oldest && after < last', 'unit/store/journal'],
  ['store/journal', 'bytes > maxBytes && events.length > 0', 'bytes > maxBytes', 'unit/store/journal'],
  ['store/retention', "NOT IN ('queued', 'sending', 'unknown')", "NOT IN ('queued', 'sending')", 'unit/store/retention'],
  ['store/consumers', 'max(cursor, excluded.cursor)', 'excluded.cursor', 'unit/store/journal'],
  ['store/consumers', 'Math.min(cursor, this.#journal.last)', 'cursor', 'unit/store/journal'],
  ['store/commit', '          this.#undo.run();\n', '', 'unit/store/commit'],
  ['store/wal', 'let frame = cutOff + 1;', 'let frame = cutOff;', 'unit/store/open'],
  ['store/messages', 'seen.ack > known.ack ||', 'seen.ack >= known.ack ||', 'unit/store/journal', 'unit/daemon/inbox'],
  // systemd
  ['systemd/notify', "text.replace(CONTROL, ' ').trim()", 'text', 'unit/systemd/notify'],
  ['systemd/stop-reason', "if (of !== invocation) return kept('the verdict is of an earlier run');", '', 'unit/systemd/stop-reason'],
  ['systemd/stop-reason', '(stats.mode & 0o022) !== 0', '(stats.mode & 0o002) !== 0', 'unit/systemd/stop-reason'],
  ['systemd/watchdog', 'if (!stopped) alive();', 'alive();', 'unit/systemd/watchdog'],
  // webhook
  ['webhook/backoff', 'Math.min(Math.max(spread, askedMs), MOST_MS)', 'Math.min(spread, MOST_MS)', 'unit/webhook/delivery'],
  ['webhook/endpoint', '> retryMs && attempts >= LEAST_ATTEMPTS', '> retryMs', 'unit/webhook/delivery'],
  ['webhook/endpoint', 'if (n < progress.done) continue;', '', 'unit/webhook/endpoint'],
  ['webhook/post', 'status >= 200 && status < 300', 'status >= 200 && status < 400', 'unit/webhook/delivery'],
  ['webhook/post', 'if (bytes > MAX_BODY_BYTES) response.destroy();', '', 'unit/webhook/post'],
  // whatsapp
  ['whatsapp/translate', "widText(message.author) || widText(participant) || null", "widText(message.author) || null", 'unit/whatsapp/translate'],
  ['whatsapp/happenings', " || body !== message.body", '', 'unit/whatsapp/happenings'],
  ['whatsapp/happenings', 'String(interractedAtTs)', "''", 'unit/whatsapp/happenings'],
  ['whatsapp/errors', 'Execution context was destroyed|', '', 'unit/whatsapp/errors'],
  ['whatsapp/capability', 'moduleOf(need), need].find', 'need].find', 'unit/whatsapp/capability'],
  ['whatsapp/page/own-message', "if (sends?.[id] === 'entered')\n", 'if (false)\n', 'unit/whatsapp/own-id'],
  ['whatsapp/page/own-message', '(!isHere || msg.isSendFailure === true)', '!isHere', 'unit/whatsapp/own-id'],
  ['whatsapp/page/own-message', '(!isHere || msg.isSendFailure === true)', 'msg.isSendFailure === true', 'unit/whatsapp/own-id'],
  ['whatsapp/page/own-message', "msg.ack !== 0 || (sends[id] === 'resent'", "(sends[id] === 'resent'", 'unit/whatsapp/own-id'],
  ['store/outbox', "(state = 'sending' OR (state = 'queued' AND attempts > 0))", "state = 'sending'", 'unit/daemon/doubts'],
  ['daemon/doubts', 'outbox.unsentMs(id) > RESEND_MS', 'outbox.unsentMs(id) >= 0', 'unit/daemon/doubts'],
];

export const MUTANTS: readonly Mutant[] = ROWS.map(([file, from, to, ...tests]) => ({
  file,
  from,
  to,
  tests,
}));
