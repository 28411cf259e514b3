/** What of a line is a request; how deep it is nested is told before the parser is asked. */
import t from 'tap';
import { MAX_LEVELS, readRequest } from '../../../src/socket/request.js';

const line = (params: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'm', params });
/** So many levels, the line's own object among them. */
const nested = (levels: number): unknown => {
  let value: unknown = {};
  for (let at = 2; at < levels; at += 1) value = { a: value };
  return value;
};

t.test('as deep as it may be, and no deeper', async (t) => {
  t.match(readRequest(line(nested(MAX_LEVELS))), { request: { method: 'm' } });
  t.match(readRequest(line(nested(MAX_LEVELS + 1))), { fault: { kind: 'parse_error' }, id: null });
});

t.test('brackets in a text are no levels, whatever is quoted in it', async (t) => {
  const text = '{['.repeat(MAX_LEVELS);
  for (const params of [{ text }, { text: `"${text}` }, { text: `\\" ${text}` }, { [text]: '\\' }])
    t.match(readRequest(line(params)), { request: { params } });
  t.match(readRequest(line({ siblings: Array.from({ length: 3 * MAX_LEVELS }, () => [{}]) })), {
    request: { method: 'm' },
  });
});
