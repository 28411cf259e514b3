/** A request body must be a JSON object within its limits, whatever its headers say. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import t from 'tap';
import { readBody } from '../../../src/http/body.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const read = (chunks: readonly string[], headers: Record<string, string> = JSON_TYPE, maxBytes = 16) =>
  readBody(
    Object.assign(Readable.from(chunks.map((chunk) => Buffer.from(chunk, 'latin1'))), {
      headers,
    }) as unknown as IncomingMessage,
    maxBytes,
  );
const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (fault: { kind: unknown }) => fault.kind,
  );

t.test('a body is a JSON object in any number of pieces, and an empty body is an empty object', async (t) => {
  t.same(await read(['{"a":', '1}']), { a: 1 });
  t.same(await read([]), {});
  t.same(await read([], {}), {}, 'without a content type');
  t.same(await read(['{}'], { 'content-type': 'Application/JSON; charset=utf-8' }), {});
  t.same(await read(['{"a":"12345678"}']), { a: '12345678' }, 'of the maximum length');
});

t.test('a body one byte over the limit is refused, with and without an announced length', async (t) => {
  t.equal(await kindOf(read(['{"a":"123456789"}'])), 'body_too_large');
  t.equal(await kindOf(read(['{"a":"1234567', '89"}'])), 'body_too_large', 'in pieces');
  t.equal(
    await kindOf(read(['{}'], { ...JSON_TYPE, 'content-length': '17' })),
    'body_too_large',
    'with an announced length',
  );
});

t.test('what a form on another site can send is refused', async (t) => {
  for (const type of [
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'text/plain; application/json',
  ])
    t.equal(await kindOf(read(['{}'], { 'content-type': type })), 'unsupported_body', type);
  t.equal(await kindOf(read(['{}'], {})), 'unsupported_body');
  t.equal(await kindOf(read(['{}'], { ...JSON_TYPE, 'content-encoding': 'gzip' })), 'unsupported_body');
});

t.test('a body that is not JSON, not UTF-8 or not an object is refused', async (t) => {
  for (const text of ['{', '{"a":1}}', '\xff', '{"a":"\xe4"}'])
    t.equal(await kindOf(read([text])), 'parse_error', text);
  for (const text of ['[]', '1', '"a"', 'null', 'true'])
    t.equal(await kindOf(read([text])), 'invalid_params', text);
});
