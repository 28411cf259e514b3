/**
 * The capabilities of a document follow from its modules, and a missing module is reported once that has
 * lasted.
 */
import t from 'tap';
import { type CapabilityStates, OK } from '../../../../src/protocol/capability.js';
import { LASTS_MS } from '../../../../src/whatsapp/capabilities/needs.js';
import { PageCapabilities } from '../../../../src/whatsapp/capabilities/page-capabilities.js';

function made() {
  const changes: CapabilityStates[] = [];
  const nothing = (): void => undefined;
  const page = new PageCapabilities({ changed: (what) => changes.push(what), unfit: nothing, look: nothing });
  return { page, changes };
}

t.test('before the first look only what was found is known', async (t) => {
  const { page, changes } = made();
  t.same(page.capabilities, {});
  page.learn({ 'media.send': OK });
  t.same(page.capabilities, { 'media.send': OK });
  t.equal(changes.length, 1);
  page.learn({ 'media.send': OK });
  t.equal(changes.length, 1, 'the same is not reported again');
  page.lacks(null);
  t.same(page.capabilities, { 'media.send': OK }, 'nor does a look that could not tell');
});

t.test('a page that lacks nothing has all but what has to be proved', async (t) => {
  const { page } = made();
  page.lacks({});
  t.same(page.capabilities['link.qr'], OK);
  t.notOk('send.text' in page.capabilities, 'what ready rests on is reported when it is proved');
  t.equal(page.why, null);
});

t.test('a lack is reported when it has lasted, and until then nothing is known', async (t) => {
  const { page } = made();
  t.teardown(() => page.over());
  page.lacks({ 'WALinkify.findLink': LASTS_MS - 1 });
  t.notOk('message.links' in page.capabilities);
  t.ok(page.isLacking('message.links'), 'who needs it now is told');
  t.notOk(page.isLacking('link.qr'));
  page.lacks({ 'WALinkify.findLink': LASTS_MS });
  t.same(page.capabilities['message.links'], { state: 'missing', what: ['WALinkify.findLink'] });
  page.lacks({});
  t.same(page.capabilities['message.links'], OK, 'it came after all');
});

t.test('only what is essential keeps a page from being ready', async (t) => {
  const { page } = made();
  t.teardown(() => page.over());
  page.lacks({ 'WALinkify.findLink': LASTS_MS });
  t.equal(page.why, null);
  page.lacks({ 'WAWebMsgKey.newId': 0 });
  t.equal(page.why, 'send.text is missing: WAWebMsgKey.newId', 'however short the time');
  page.newDocument();
  t.equal(page.why, null, 'nothing is known of a new document');
  t.same(page.capabilities, {});
  page.learn({ 'send.text': { state: 'missing', what: ['a probe failed'] } });
  t.equal(page.why, 'send.text is missing: a probe failed', 'or by a probe');
});
