// Lines that are invalid requests, or unusual valid ones, with the expected answers. This is most of the
// hostile table (hostile.ts). Each line must get a clear answer, and the connection must survive.

/** A line and the expected answer: an error with this code, or a result, with this id. */
export interface LineCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** `null`: no answer at all. */
  readonly gets: { readonly code: number | 'result'; readonly id: unknown } | null;
}

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;

const line =
  (code: number | 'result' | null) =>
  (name: string, sent: string | readonly number[], id: unknown = null): LineCase => ({
    name,
    bytes: Buffer.concat([
      typeof sent === 'string' ? Buffer.from(sent) : Buffer.from(sent),
      Buffer.from('\n'),
    ]),
    gets: code === null ? null : { code, id },
  });

const notJson = line(PARSE_ERROR);
const invalid = line(INVALID_REQUEST);
const noMethod = line(METHOD_NOT_FOUND);
const badParams = line(INVALID_PARAMS);
const fine = line('result');
const silent = line(null);

/**
 * Builds a request by hand with one member replaced or added, because JSON.stringify could not write most of
 * these.
 */
const asks = (members: string) => `{"jsonrpc":"2.0",${members}}`;
const calls = (method: string, params: string) => asks(`"id":7,"method":"${method}","params":${params}`);
const named = (method: string) => asks(`"id":7,"method":${JSON.stringify(method)}`);
const withId = (id: string) => asks(`"id":${id},"method":"daemon.ping"`);
const utf8 = (text: string) => [...Buffer.from(text)];
const around = (bytes: readonly number[]) => [
  ...utf8('{"jsonrpc":"2.0","id":"'),
  ...bytes,
  ...utf8('","method":"daemon.ping"}'),
];
const deep = (open: string, close: string, levels: number, core = '') =>
  open.repeat(levels) + core + close.repeat(levels);

const NOT_JSON = [
  notJson('plain words', 'status please'),
  notJson('an object that is not closed', '{"jsonrpc":"2.0","id":1'),
  notJson('a string that is not closed', '{"jsonrpc":"2.0","id":"1'),
  notJson('a key without a value', '{"jsonrpc":}'),
  notJson('a trailing comma', asks('"id":1,"method":"daemon.ping",')),
  notJson('single quotes', "{'jsonrpc':'2.0','id':1,'method':'daemon.ping'}"),
  notJson('keys without quotes', '{jsonrpc:"2.0",id:1,method:"daemon.ping"}'),
  notJson('a comment', asks('"id":1,"method":"daemon.ping"/* now */')),
  notJson('NaN', withId('NaN')),
  notJson('undefined', withId('undefined')),
  notJson('Infinity', withId('Infinity')),
  notJson('a hexadecimal number', withId('0x10')),
  notJson('a leading zero', withId('01')),
  notJson('a plus sign', withId('+1')),
  notJson('a minus sign alone', withId('-')),
  notJson('an exponent without digits', withId('1e')),
  notJson('two objects on one line', '{"a":1}{"b":2}'),
  notJson('words after the object', `${withId('1')} thanks`),
  notJson('a bracket alone', ']'),
  notJson('a brace alone', '{'),
  notJson('only spaces', '   '),
  notJson('a bad escape', withId('"\\x41"')),
  notJson('half a unicode escape', withId('"\\u12"')),
  notJson('a raw control character in a string', withId('"\u0001"')),
  notJson('a raw tab in a string', withId('"\t"')),
  notJson('NUL alone', [0]),
  notJson('NUL in a string', around([0])),
  notJson('NUL between the members', '{"jsonrpc":"2.0",\0"id":1}'),
  notJson('NUL after the object', `${withId('1')}\0`),
  notJson('a vertical tab as space', `\u000b${withId('1')}`),
  notJson('a no-break space as space', `\u00a0${withId('1')}`),
  notJson('a line separator alone', '\u2028'),
  notJson('a byte order mark', `\ufeff${withId('1')}`),
  notJson('UTF-16, little end first', [...Buffer.from(withId('1'), 'utf16le')]),
  notJson('UTF-16 with a byte order mark', [0xfe, 0xff, 0x00, 0x7b]),
  notJson('a lone continuation byte', around([0x80])),
  notJson('an overlong slash', around([0xc0, 0xaf])),
  notJson('an overlong NUL', around([0xc0, 0x80])),
  notJson('a sequence cut short', around([0xe2, 0x82])),
  notJson('a surrogate in UTF-8', around([0xed, 0xa0, 0x80])),
  notJson('beyond the last code point', around([0xf4, 0x90, 0x80, 0x80])),
  notJson('a byte that UTF-8 never has', around([0xff])),
  notJson('Latin-1', around([0xe9])),
  notJson('the hello of TLS', [0x16, 0x03, 0x01, 0x00, 0xa5, 0x01, 0x00, 0x00, 0xa1, 0x03, 0x03]),
  notJson('gzip', [0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00]),
  notJson('a header of the Language Server Protocol', 'Content-Length: 52\r'),
  notJson('a request of HTTP', 'GET /api/whatsapp/status HTTP/1.1\r'),
  notJson('XML', '<?xml version="1.0"?><methodCall/>'),
  notJson('YAML', 'jsonrpc: "2.0"'),
  notJson('terminal escapes', '\u001b[31mred\u001b[0m'),
  notJson('100 000 brackets, none closed', '['.repeat(100_000)),
  notJson('100 000 objects, none closed', '{"a":'.repeat(100_000)),
  notJson('100 000 brackets, all closed', deep('[', ']', 100_000)),
  notJson('100 000 brackets as id', withId(deep('[', ']', 100_000))),
  notJson('an unknown key with 50 000 levels', calls('daemon.ping', `{"a":${deep('[', ']', 50_000)}}`)),
  notJson('a parameter with 101 levels', calls('session.wait', `{"states":${deep('[', ']', 99)}}`)),
  notJson('100 000 quotes and one more', `${'""'.repeat(50_000)}"`),
];

const NO_REQUEST = [
  invalid('a number', '42'),
  invalid('a fraction', '-1.5e3'),
  invalid('a string', '"daemon.ping"'),
  invalid('an empty string', '""'),
  invalid('true', 'true'),
  invalid('null', 'null'),
  invalid('an empty batch', '[]'),
  invalid('a batch of one', `[${withId('1')}]`),
  invalid('a batch of two', `[${withId('1')},${withId('2')}]`),
  invalid('a batch of junk', '[1,2,3]'),
  invalid('an empty object', '{}'),
  invalid('no version', '{"id":3,"method":"daemon.ping"}', 3),
  invalid('version 1.0', '{"jsonrpc":"1.0","id":3,"method":"daemon.ping"}', 3),
  invalid('the version as a number', '{"jsonrpc":2.0,"id":3,"method":"daemon.ping"}', 3),
  invalid('the version as null', '{"jsonrpc":null,"id":"x","method":"daemon.ping"}', 'x'),
  invalid('no method', asks('"id":3'), 3),
  invalid('an empty method', asks('"id":3,"method":""'), 3),
  invalid('a number as method', asks('"id":3,"method":1'), 3),
  invalid('null as method', asks('"id":3,"method":null'), 3),
  invalid('an object as method', asks('"id":3,"method":{}'), 3),
  invalid('an array as method', asks('"id":3,"method":["daemon.ping"]'), 3),
  invalid('a bad method and no id', asks('"method":1')),
  invalid('the wrong case of a member', asks('"id":3,"Method":"daemon.ping"'), 3),
  invalid('true as id', withId('true')),
  invalid('null as id', withId('null')),
  invalid('an object as id', withId('{}')),
  invalid('an array as id', withId('[1]')),
  invalid('a fraction as id', withId('1.5')),
  invalid('an id beyond what a double holds', withId('9007199254740993')),
  invalid('an id of 400 digits', withId('9'.repeat(400))),
  invalid('an id that is infinite', withId('1e999')),
  invalid('a string as params', asks('"id":3,"method":"daemon.ping","params":"x"'), 3),
  invalid('a number as params', asks('"id":3,"method":"daemon.ping","params":0'), 3),
  invalid('null as params', asks('"id":3,"method":"daemon.ping","params":null'), 3),
  invalid('false as params', asks('"id":3,"method":"daemon.ping","params":false'), 3),
  invalid('an answer', asks('"id":3,"result":{}'), 3),
  invalid('an error', asks('"id":3,"error":{"code":1,"message":"x"}'), 3),
  invalid('a request with a result', asks('"id":3,"method":"daemon.ping","result":1'), 3),
  invalid('a misspelt member', asks('"id":3,"method":"daemon.ping","parms":{}'), 3),
  invalid('a member __proto__', asks('"id":3,"method":"daemon.ping","__proto__":{"admin":true}'), 3),
  invalid('a member constructor', asks('"id":3,"method":"daemon.ping","constructor":{}'), 3),
  invalid(
    'a member name of 100 000 letters',
    asks(`"id":3,"method":"daemon.ping","${'k'.repeat(100_000)}":1`),
    3,
  ),
];

const NO_METHOD = [
  noMethod('an unknown method', named('daemon.pong'), 7),
  noMethod('the wrong case', named('Daemon.Ping'), 7),
  noMethod('a space after it', named('daemon.ping '), 7),
  noMethod('a newline after it', named('daemon.ping\n'), 7),
  noMethod('a NUL behind it', named('daemon.ping\0'), 7),
  noMethod('fullwidth letters', named('ｄａｅｍｏｎ.ping'), 7),
  noMethod('constructor', named('constructor'), 7),
  noMethod('__proto__', named('__proto__'), 7),
  noMethod('toString', named('toString'), 7),
  noMethod('hasOwnProperty', named('hasOwnProperty'), 7),
  noMethod('a path', named('../../etc/passwd'), 7),
  noMethod('a lone surrogate', asks('"id":7,"method":"\\ud800"'), 7),
  noMethod('a name of 100 000 letters', named('m'.repeat(100_000)), 7),
];

const BAD_PARAMS = [
  badParams('an empty array', calls('daemon.ping', '[]'), 7),
  badParams('parameters by place', calls('session.wait', '[["ready"],1000]'), 7),
  badParams('an unknown key', calls('daemon.ping', '{"loud":true}'), 7),
  badParams('an unknown key of 100 000 letters', calls('daemon.ping', `{"${'k'.repeat(100_000)}":1}`), 7),
  badParams(
    '10 000 unknown keys',
    calls('daemon.ping', `{${Array.from({ length: 10_000 }, (_, n) => `"k${n}":${n}`).join()}}`),
    7,
  ),
  badParams('a parameter with 98 levels', calls('session.wait', `{"states":${deep('[', ']', 98)}}`), 7),
  badParams('a key __proto__', calls('daemon.ping', '{"__proto__":{"deadlineMs":1}}'), 7),
  badParams('a key constructor', calls('daemon.ping', '{"constructor":{"prototype":{"x":1}}}'), 7),
  badParams('a key toString', calls('daemon.ping', '{"toString":1}'), 7),
  badParams('a key that is a lone surrogate', calls('daemon.ping', '{"\\udfff":1}'), 7),
  badParams('an empty key', calls('daemon.ping', '{"":1}'), 7),
  badParams('no parameters where some are required', calls('session.wait', '{}'), 7),
  badParams('a string for a list', calls('session.wait', '{"states":"ready"}'), 7),
  badParams('an object for a list', calls('session.wait', '{"states":{"0":"ready","length":1}}'), 7),
  badParams('an empty list', calls('session.wait', '{"states":[]}'), 7),
  badParams('an unknown state', calls('session.wait', '{"states":["happy"]}'), 7),
  badParams('null in a list', calls('session.wait', '{"states":[null]}'), 7),
  badParams('a number as a string', calls('events.list', '{"limit":"5"}'), 7),
  badParams('a limit of 0', calls('events.list', '{"limit":0}'), 7),
  badParams('a limit that is too high', calls('events.list', '{"limit":1001}'), 7),
  badParams('a fraction as limit', calls('events.list', '{"limit":1.5}'), 7),
  badParams('a negative cursor', calls('events.list', '{"after":-1}'), 7),
  badParams('a cursor beyond what a double holds', calls('events.list', '{"after":9007199254740993}'), 7),
  badParams('an infinite cursor', calls('events.list', '{"after":1e999}'), 7),
  badParams('an unknown type', calls('events.list', '{"types":["messages"]}'), 7),
  badParams('a consumer with a slash', calls('events.list', '{"consumer":"../x"}'), 7),
  badParams('null for an optional parameter', calls('events.list', '{"limit":null}'), 7),
  badParams('a text that is too long', calls('message.send', `{"to":"1","text":"${'x'.repeat(65_537)}"}`), 7),
  badParams('a deadline of 0', calls('daemon.ping', '{"deadlineMs":0}'), 7),
  badParams('a negative deadline', calls('daemon.ping', '{"deadlineMs":-5}'), 7),
  badParams('a deadline as a string', calls('daemon.ping', '{"deadlineMs":"5000"}'), 7),
  badParams('a deadline of a week', calls('daemon.ping', '{"deadlineMs":604800000}'), 7),
  badParams('null as a deadline', calls('daemon.ping', '{"deadlineMs":null}'), 7),
];

const STRANGE_BUT_FINE = [
  fine('spaces around it', `  \t ${withId('1')}  `, 1),
  fine('a carriage return at the end', `${withId('1')}\r`, 1),
  fine('empty lines before it', `\n\r\n\n${withId('1')}`, 1),
  fine('members in another order', '{"method":"daemon.ping","id":1,"jsonrpc":"2.0"}', 1),
  fine('the same member twice: the last one counts', asks('"id":1,"id":2,"method":"daemon.ping"'), 2),
  fine('a method in escapes', asks('"id":1,"method":"daemon\\u002eping"'), 1),
  fine('parameters left out', withId('"a"'), 'a'),
  fine('empty parameters', calls('daemon.ping', '{}'), 7),
  fine('an empty string as id', withId('""'), ''),
  fine('a negative id', withId('-1'), -1),
  fine('the largest id', withId('9007199254740991'), 9007199254740991),
  fine('an id that looks like a key', withId('"__proto__"'), '__proto__'),
  fine('an id with a newline in it', withId('"a\\nb"'), 'a\nb'),
  fine('a lone surrogate as id', withId('"\\ud800"'), '\ud800'),
  fine('an id of 100 000 letters', withId(JSON.stringify('i'.repeat(100_000))), 'i'.repeat(100_000)),
  fine('emoji as id', withId('"👍🏽"'), '👍🏽'),
  fine(
    'brackets in a string, quoted and not',
    withId(JSON.stringify(`"${'[{'.repeat(200)}\\"[`)),
    `"${'[{'.repeat(200)}\\"[`,
  ),
  fine('a deadline', calls('daemon.ping', '{"deadlineMs":1000}'), 7),
];

const NOT_ANSWERED = [
  silent('a notification', asks('"method":"daemon.ping"')),
  silent('a notification of an unknown method', asks('"method":"no.such"')),
  silent('a notification with bad parameters', asks('"method":"daemon.ping","params":{"x":1}')),
  silent('a notification with parameters by place', asks('"method":"daemon.ping","params":[1]')),
  silent('an empty line', ''),
  silent('a carriage return alone', '\r'),
  silent('10 000 empty lines', '\n'.repeat(10_000)),
];

export const LINES: readonly LineCase[] = [
  ...NOT_JSON,
  ...NO_REQUEST,
  ...NO_METHOD,
  ...BAD_PARAMS,
  ...STRANGE_BUT_FINE,
  ...NOT_ANSWERED,
];
