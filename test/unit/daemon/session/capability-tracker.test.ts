/** Only important changes of capabilities are events, and methods of missing ones are refused. */
import t from 'tap';
import { changed, lostOf, refuseLost } from '../../../../src/daemon/session/capability-tracker.js';
import { Fault } from '../../../../src/protocol/fault.js';

t.test('what works is no news, whether patched or not', async (t) => {
  t.same(changed({}, { a: 'ok', b: 'patched' }), {});
  t.same(changed({ a: 'ok' }, { a: 'patched' }), {});
  t.same(changed({ a: 'missing: M' }, { a: 'missing: M' }), {});
});

t.test('a capability that is lost, worse or restored is an event', async (t) => {
  t.same(changed({ a: 'ok', b: 'ok' }, { a: 'missing: M', b: 'ok' }), { a: 'missing: M' });
  t.same(changed({}, { a: 'degraded: slow' }), { a: 'degraded: slow' });
  t.same(changed({ a: 'missing: M' }, { a: 'missing: M, N' }), { a: 'missing: M, N' });
  t.same(changed({ a: 'missing: M' }, { a: 'patched' }), { a: 'patched' });
  t.same(lostOf({ a: 'missing: M', b: 'degraded: slow', c: 'ok' }), ['a']);
});

t.test('a method whose capability is missing is refused at once, with module and build', async (t) => {
  const capabilities = { 'link.code': 'missing: M, N.member', 'send.text': 'patched', other: 'degraded: x' };
  for (const name of ['send.text', 'other', 'unheard.of'])
    t.doesNotThrow(() => refuseLost(capabilities, name, '2.3'));
  try {
    refuseLost(capabilities, 'link.code', '2.3000.1');
    t.fail('not refused');
  } catch (error) {
    t.ok(error instanceof Fault);
    t.match((error as Fault).toWire(), {
      data: {
        kind: 'unsupported_now',
        reason: /2\.3000\.1 .*link\.code is missing: M, N\.member/,
        modules: ['M', 'N.member'],
        whatsappWeb: '2.3000.1',
      },
    });
  }
});
