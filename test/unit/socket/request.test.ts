/** A line is recognised as a request, and its nesting depth is limited before it is parsed. */
import t from 'tap';
import { MAX_LEVELS, readRequest } from '../../../src/socket/request.js';

const line = (params: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'm', params });
/** A value with this many levels, including the request object itself. */
const nested = (levels: number): unknown => {
  let value: unknown = {};
  for (let at = 2; at < levels; at += 1) value = { a: value };
  return value;
};

t.test('the nesting depth is limited', async (t) => {
  t.match(readRequest(line(nested(MAX_LEVELS))), { request: { method: 'm' } });
  t.match(readRequest(line(nested(MAX_LEVELS + 1))), { fault: { kind: 'parse_error' }, id: null });
});

t.test('brackets in a string do not count as nesting, whatever is quoted', async (t) => {
  const text = '{['.repeat(MAX_LEVELS);
  for (const params of [{ text }, { text: `"${text}` }, { text: `\\" ${text}` }, { [text]: '\\' }])
    t.match(readRequest(line(params)), { request: { params } });
  t.match(readRequest(line({ siblings: Array.from({ length: 3 * MAX_LEVELS }, () => [{}]) })), {
    request: { method: 'm' },
  });
});

t.test('an invalid JSON-RPC 2.0 request is refused, with its id if that can be read', async (t) => {
  const asked = { jsonrpc: '2.0', id: 7, method: 'm' };
  for (const [envelope, kind, id] of [
    [{ ...asked, jsonrpc: '1.0' }, 'invalid_request', 7],
    [{ ...asked, jsonrpc: 2 }, 'invalid_request', 7],
    [{ id: 7, method: 'm' }, 'invalid_request', 7],
    [{ ...asked, id: null }, 'invalid_request', null],
    [{ ...asked, id: 1.5 }, 'invalid_request', null],
    [{ ...asked, id: 2 ** 53 }, 'invalid_request', null],
    [{ ...asked, method: '' }, 'invalid_request', 7],
    [{ ...asked, method: 7 }, 'invalid_request', 7],
    [{ ...asked, more: 1 }, 'invalid_request', 7],
    [{ ...asked, params: null }, 'invalid_request', 7],
    [{ ...asked, params: [] }, 'invalid_params', 7],
    [{ ...asked, method: 'm'.repeat(129) }, 'method_not_found', 7],
    [[asked], 'invalid_request', null],
    [null, 'invalid_request', null],
  ] as const)
    t.match(
      readRequest(JSON.stringify(envelope)),
      { fault: { kind }, id },
      JSON.stringify(envelope).slice(0, 60),
    );
  t.match(readRequest(JSON.stringify({ ...asked, method: 'm'.repeat(128), id: 2 ** 53 - 1 })), {
    request: { id: 2 ** 53 - 1 },
  });
  t.match(readRequest('{"jsonrpc":"2.0","method":"m","params":[]}'), {
    fault: { kind: 'invalid_params' },
    id: undefined,
  });
});
