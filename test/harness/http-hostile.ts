// Hostile and malformed HTTP requests as raw bytes, each with the expected answer. They run against a server
// in the test's own process and against a real daemon.
import type { FaultKind } from '../../src/protocol/fault-table.js';

export interface HostileRequest {
  readonly name: string;
  /** The request. It has no token unless it is written here. */
  readonly bytes: string | Uint8Array;
  /** The status, or `closed`: the connection ends without a meaningful answer. */
  readonly status: number | 'closed';
  readonly kind?: FaultKind;
}

export const TOKEN = 'a-token-of-this-test-0123456789abcdef';
const AUTH = `Authorization: Bearer ${TOKEN}`;
const HOST = 'Host: 127.0.0.1:3001';
const JSON_TYPE = 'Content-Type: application/json';

const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n\r\n`;
const get = (path: string, ...headers: string[]): string =>
  lines(`GET ${path} HTTP/1.1`, ...headers, 'Connection: close');
const post = (path: string, body: string, ...headers: string[]): string =>
  `${lines(`POST ${path} HTTP/1.1`, HOST, AUTH, `Content-Length: ${Buffer.byteLength(body)}`, ...headers, 'Connection: close')}${body}`;

const STATUS = '/api/whatsapp/status';
const SEND = '/api/whatsapp/messages';
const QR = '/api/whatsapp/qr';

/** More headers than Node keeps by default, in fewer bytes than it accepts. */
const FLOOD = Array<string>(2_500).fill('a:b');
const CHUNKED = lines(
  `POST ${SEND} HTTP/1.1`,
  HOST,
  AUTH,
  JSON_TYPE,
  'Transfer-Encoding: chunked',
  'Connection: close',
);

const refused = (
  kind: FaultKind,
  status: number,
  cases: Readonly<Record<string, string>>,
): HostileRequest[] => Object.entries(cases).map(([name, bytes]) => ({ name, bytes, status, kind }));

export const HOSTILE_REQUESTS: readonly HostileRequest[] = [
  ...refused('unauthorized', 401, {
    'no token': get(STATUS, HOST),
    'no token, for the QR code': get(QR, HOST, 'Accept: image/png'),
    'no token, for the events': get('/api/whatsapp/events', HOST),
    'no token, for an unknown path': get('/api/secret', HOST),
    'no token, and an unknown verb': lines('DELETE /api/whatsapp/status HTTP/1.1', HOST, 'Connection: close'),
    'a wrong token': get(STATUS, HOST, `Authorization: Bearer ${TOKEN}x`),
    'the beginning of the token': get(STATUS, HOST, `Authorization: Bearer ${TOKEN.slice(0, -1)}`),
    'an empty token': get(STATUS, HOST, 'Authorization: Bearer '),
    'the token as a password': get(STATUS, HOST, `Authorization: Basic ${btoa(`wad:${TOKEN}`)}`),
    'the token in the address': get(`${STATUS}?token=${TOKEN}&access_token=${TOKEN}`, HOST),
    'the token in a cookie': get(STATUS, HOST, `Cookie: token=${TOKEN}`),
    'a body after Expect: 100-continue': lines(
      `POST ${SEND} HTTP/1.1`,
      HOST,
      'Expect: 100-continue',
      'Content-Length: 100',
      'Connection: close',
    ),
    'two tokens in one header': get(STATUS, HOST, `Authorization: Bearer x, Bearer ${TOKEN}`),
  }),
  ...refused('foreign_host', 403, {
    'the name of another site (DNS rebinding)': get(STATUS, 'Host: evil.example', AUTH),
    'another site with our port': get(STATUS, 'Host: evil.example:3001', AUTH),
    'a name that begins like ours': get(STATUS, 'Host: localhost.evil.example', AUTH),
    'a name that ends like ours': get(STATUS, 'Host: evil.localhost', AUTH),
    'an address that begins like ours': get(STATUS, 'Host: 127.0.0.1.nip.io', AUTH),
    'this machine by its other address': get(STATUS, 'Host: 192.168.1.10:3001', AUTH),
    'any address': get(STATUS, 'Host: 0.0.0.0:3001', AUTH),
    'a user in the name': get(STATUS, 'Host: localhost@evil.example', AUTH),
    'no name': get(STATUS, 'Host:', AUTH),
    'a line of tricks in the name': get(STATUS, 'Host: localhost:3001/evil.example', AUTH),
    'another site, for a public path': get('/healthz', 'Host: evil.example'),
    'another site, HTTP/1.0': lines('GET /healthz HTTP/1.0', 'Host: evil.example'),
  }),
  ...refused('foreign_origin', 403, {
    'a POST of another site': post('/api/whatsapp/disconnect', '', 'Origin: https://evil.example'),
    'a GET of another site': get(STATUS, HOST, AUTH, 'Origin: https://evil.example'),
    'a page on another port of this machine': get(STATUS, HOST, AUTH, 'Origin: http://127.0.0.1:8080'),
    'a page of the same machine by its other name': get(STATUS, HOST, AUTH, 'Origin: http://localhost:3001'),
    'a sandboxed frame or a file': get(STATUS, HOST, AUTH, 'Origin: null'),
    'an invalid origin': get(STATUS, HOST, AUTH, 'Origin: 127.0.0.1:3001'),
    'an extension': get(STATUS, HOST, AUTH, 'Origin: chrome-extension://abcdef'),
    'another origin, for a public path': get('/healthz', HOST, 'Origin: https://evil.example'),
    'a preflight request before a request of another site': lines(
      `OPTIONS ${SEND} HTTP/1.1`,
      HOST,
      'Origin: https://evil.example',
      'Access-Control-Request-Method: POST',
      'Access-Control-Request-Headers: authorization,content-type',
      'Connection: close',
    ),
    'an image in a page of another site': get(
      QR,
      HOST,
      AUTH,
      'Sec-Fetch-Site: cross-site',
      'Accept: image/png',
    ),
    'a form of another origin on this host': post(
      '/api/whatsapp/clear-session',
      '',
      'Sec-Fetch-Site: same-site',
    ),
  }),
  ...refused('no_such_route', 404, {
    'a path with dots': get('/api/whatsapp/../whatsapp/status', HOST, AUTH),
    'encoded dots': get('/api/whatsapp/%2e%2e/status', HOST, AUTH),
    'a file': get('/etc/passwd', HOST, AUTH),
    'a file, by dots': get('/../../../../etc/passwd', HOST, AUTH),
    'two slashes': get('//api/whatsapp/status', HOST, AUTH),
    'another site as the path': get('//evil.example/api/whatsapp/status', HOST, AUTH),
    'a slash at the end': get('/api/whatsapp/status/', HOST, AUTH),
    'an encoded letter': get('/api/whatsapp/%73tatus', HOST, AUTH),
    'an encoded slash': get('/api%2fwhatsapp/status', HOST, AUTH),
    'a path parameter': get('/api/whatsapp/status;x=1', HOST, AUTH),
    'a backslash': get('/api\\whatsapp\\status', HOST, AUTH),
    capitals: get('/API/whatsapp/status', HOST, AUTH),
    'a NUL': get('/api/whatsapp/status%00.png', HOST, AUTH),
    'the name of a property of every object': post('/api/rpc/constructor', '{}', JSON_TYPE),
    'the name of a property of the prototype': post('/api/rpc/__proto__', '{}', JSON_TYPE),
    'a method that needs a connection': post('/api/rpc/events.subscribe', '{}', JSON_TYPE),
  }),
  ...refused('wrong_verb', 405, {
    'a GET that would disconnect': get('/api/whatsapp/disconnect', HOST, AUTH),
    'a POST to read': post(STATUS, '{}', JSON_TYPE),
    'a verb of WebDAV': lines(`PROPFIND ${STATUS} HTTP/1.1`, HOST, AUTH, 'Connection: close'),
    'a PUT': lines(`PUT ${SEND} HTTP/1.1`, HOST, AUTH, 'Content-Length: 0', 'Connection: close'),
    'a TRACE': lines(`TRACE ${STATUS} HTTP/1.1`, HOST, AUTH, 'Connection: close'),
  }),
  ...refused('unsupported_body', 415, {
    'a form': post(SEND, 'to=15550002222&text=x', 'Content-Type: application/x-www-form-urlencoded'),
    'JSON declared as text': post(SEND, '{"to":"15550002222","text":"x"}', 'Content-Type: text/plain'),
    'JSON without a type': post(SEND, '{"to":"15550002222","text":"x"}'),
    'JSON with a disguised type': post(
      SEND,
      '{"to":"15550002222","text":"x"}',
      'Content-Type: text/plain; application/json',
    ),
    'packed JSON': post(SEND, '{"to":"15550002222","text":"x"}', JSON_TYPE, 'Content-Encoding: gzip'),
  }),
  ...refused('parse_error', 400, {
    'half of JSON': post(SEND, '{"to":"1555', JSON_TYPE),
    'JSON with a comment': post(SEND, '{"to":"15550002222"/*x*/}', JSON_TYPE),
    'a NUL ': post(SEND, '\0', JSON_TYPE),
    'half a million nested lists': post(SEND, '['.repeat(500_000), JSON_TYPE),
    'a byte order mark twice': post(SEND, '\ufeff\ufeff{}', JSON_TYPE),
  }),
  ...refused('invalid_params', 400, {
    'a list': post(SEND, '[]', JSON_TYPE),
    null: post(SEND, 'null', JSON_TYPE),
    nothing: post(SEND, '', JSON_TYPE),
    'an invalid key': post(SEND, '{"to":"15550002222","text":"x","admin":true}', JSON_TYPE),
    'the prototype': post(SEND, '{"to":"15550002222","text":"x","__proto__":{"a":1}}', JSON_TYPE),
    'a list in a list in a list': post(SEND, `{"to":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, JSON_TYPE),
    'unknown parameters': get(`${STATUS}?x=1`, HOST, AUTH),
    'a parameter named like a property of every object': get(`${STATUS}?constructor=1`, HOST, AUTH),
    'the prototype as a parameter': get(`${STATUS}?__proto__=1`, HOST, AUTH),
    'a parameter that is not UTF-8': get(`${STATUS}?%ff=%00`, HOST, AUTH),
    'a cursor with zeros before it': get('/api/whatsapp/events?after=007', HOST, AUTH),
    'a negative cursor': get('/api/whatsapp/events?after=-1', HOST, AUTH),
    'a cursor beyond the largest number': get('/api/whatsapp/events?after=99999999999999999999', HOST, AUTH),
    'two cursors': get('/api/whatsapp/events', HOST, AUTH, 'Last-Event-ID: 1', 'Last-Event-ID: 2'),
    'an endless key': post(
      SEND,
      '{"to":"15550002222","text":"x"}',
      JSON_TYPE,
      `Idempotency-Key: ${'k'.repeat(5_000)}`,
    ),
  }),
  ...refused('body_too_large', 413, {
    'a body that claims to be huge': lines(
      `POST ${SEND} HTTP/1.1`,
      HOST,
      AUTH,
      JSON_TYPE,
      'Content-Length: 99999999999',
      'Connection: close',
    ),
    'a body that is too large': post(SEND, JSON.stringify({ text: 'x'.repeat(2 * 1024 * 1024) }), JSON_TYPE),
    'a body that is too large, in pieces': `${CHUNKED}200000\r\n${'x'.repeat(0x200000)}\r\n0\r\n\r\n`,
    'more headers than allowed': get(STATUS, HOST, AUTH, ...FLOOD),
    'another site after a flood of headers': get(
      STATUS,
      HOST,
      AUTH,
      ...FLOOD,
      'Origin: https://evil.example',
    ),
    'a flood of headers that does not fit': get(
      STATUS,
      HOST,
      AUTH,
      ...FLOOD,
      ...FLOOD.map((x) => `${x}${x}`),
    ),
    'endless trailers': `${CHUNKED}2\r\n{}\r\n0\r\n${'X: yyyyyyyyyyyyyyyy\r\n'.repeat(2_000)}\r\n`,
    'headers that are too long': get(STATUS, HOST, AUTH, `X-Long: ${'x'.repeat(32 * 1024)}`),
    'an address that is too long': get(`/${'x'.repeat(32 * 1024)}`, HOST, AUTH),
  }),
  ...refused('invalid_request', 400, {
    'no HTTP': 'hello\r\n\r\n',
    'JSON-RPC': '{"jsonrpc":"2.0","id":1,"method":"session.status"}\n\n',
    'no name, HTTP/1.1': get(STATUS, AUTH),
    'no name, HTTP/1.0': lines('GET /healthz HTTP/1.0'),
    'a whole address as the target': get('http://evil.example/api/whatsapp/status', HOST, AUTH),
    'two lengths': `${lines(`POST ${SEND} HTTP/1.1`, HOST, AUTH, JSON_TYPE, 'Content-Length: 2', 'Content-Length: 50')}{}`,
    'a length and chunks (smuggling)': `${lines(`POST ${SEND} HTTP/1.1`, HOST, AUTH, JSON_TYPE, 'Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n`,
    'chunks without a size': `${CHUNKED}ZZ\r\n`,
    'an endless chunk extension': `${CHUNKED}2;${'x'.repeat(32 * 1024)}\r\n{}\r\n0\r\n\r\n`,
    'an unknown transfer coding': `${lines(`POST ${SEND} HTTP/1.1`, HOST, AUTH, 'Transfer-Encoding: chunked, identity')}0\r\n\r\n`,
    'HTTP/0.9': 'GET /\r\n\r\n',
    'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'a verb in small letters': lines(`get ${STATUS} HTTP/1.1`, HOST, AUTH),
    'a folded line': get(STATUS, HOST, AUTH, 'X: a\r\n b'),
    'line ends without a return': `GET ${STATUS} HTTP/1.1\n${HOST}\n${AUTH}\n\n`,
    'a star as the target': lines('OPTIONS * HTTP/1.1', HOST, AUTH),
    'an invalid length': lines(`POST ${SEND} HTTP/1.1`, HOST, AUTH, 'Content-Length: -1'),
    'a broken line': get(STATUS, HOST, AUTH, 'X: a\rb'),
    'a space before the colon': get(STATUS, HOST, 'Authorization : Bearer x'),
    'an unknown verb': lines('FROBNICATE / HTTP/1.1', HOST),
    'TLS to a server without it': Buffer.from('16030100c8010000c40303', 'hex').toString('latin1'),
    'a name that is not UTF-8': get('/api/whatsapp/messages/%ff%fe', HOST, AUTH),
  }),
  {
    name: 'a tunnel',
    bytes: lines('CONNECT evil.example:443 HTTP/1.1', 'Host: evil.example:443'),
    status: 'closed',
  },
];

/** Two Host headers: a proxy may use either one. */
export const TWO_HOSTS = get(STATUS, HOST, 'Host: evil.example', AUTH);
export const FINE = get(STATUS, HOST, AUTH);
export const SLOW_HEADERS = `GET ${STATUS} HTTP/1.1\r\n${HOST}\r\n`;
export const SLOW_BODY = `${lines(`POST ${SEND} HTTP/1.1`, HOST, AUTH, JSON_TYPE, 'Content-Length: 100')}{"to":`;
