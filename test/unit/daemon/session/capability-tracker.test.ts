/** Only important changes of capabilities are events, and methods of missing ones are refused. */
import t from 'tap';
import { changed, lostOf, refuseLost } from '../../../../src/daemon/session/capability-tracker.js';
import { type CapabilityState, OK } from '../../../../src/protocol/capability.js';
import { Fault } from '../../../../src/protocol/fault.js';

const PATCHED: CapabilityState = { state: 'patched' };
const degraded = (why: string): CapabilityState => ({ state: 'degraded', why });
const missing = (...what: string[]): CapabilityState => ({ state: 'missing', what });

t.test('a working capability causes no event, whether patched or not', async (t) => {
  t.same(changed({}, { a: OK, b: PATCHED }), {});
  t.same(changed({ a: OK }, { a: PATCHED }), {});
  t.same(changed({ a: missing('M') }, { a: missing('M') }), {});
});

t.test('a capability that is lost, worse or restored is an event', async (t) => {
  t.same(changed({ a: OK, b: OK }, { a: missing('M'), b: OK }), { a: missing('M') });
  t.same(changed({}, { a: degraded('slow') }), { a: degraded('slow') });
  t.same(changed({ a: missing('M') }, { a: missing('M', 'N') }), { a: missing('M', 'N') });
  t.same(changed({ a: missing('M') }, { a: PATCHED }), { a: PATCHED });
  t.same(lostOf({ a: missing('M'), b: degraded('slow'), c: OK }), ['a']);
});

t.test('a method whose capability is missing is refused at once, with module and build', async (t) => {
  const capabilities = { 'link.code': missing('M', 'N.member'), 'send.text': PATCHED, other: degraded('x') };
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
