/**
 * The capabilities of a document follow from its modules, and a missing module is reported once that has
 * lasted.
 */
import t from 'tap';
import { LASTS_MS } from '../../../../src/whatsapp/capabilities/needs.js';
import { PageCapabilities } from '../../../../src/whatsapp/capabilities/page-capabilities.js';

function made() {
  const told: Readonly<Record<string, string>>[] = [];
  const nothing = (): void => undefined;
  const page = new PageCapabilities({ tell: (what) => told.push(what), unfit: nothing, look: nothing });
  return { page, told };
}

t.test('before the first look only what was found is known', async (t) => {
  const { page, told } = made();
  t.same(page.capabilities, {});
  page.learn({ 'media.send': 'ok' });
  t.same(page.capabilities, { 'media.send': 'ok' });
  t.equal(told.length, 1);
  page.learn({ 'media.send': 'ok' });
  t.equal(told.length, 1, 'the same is not told again');
  page.lacks(null);
  t.same(page.capabilities, { 'media.send': 'ok' }, 'nor does a look that could not tell');
});

t.test('a page that lacks nothing has all but what has to be proved', async (t) => {
  const { page } = made();
  page.lacks({});
  t.equal(page.capabilities['link.qr'], 'ok');
  t.notOk('send.text' in page.capabilities, 'what ready rests on is told when it is proved');
  t.equal(page.why, null);
});

t.test('a lack is told when it has lasted, and until then nothing is known', async (t) => {
  const { page } = made();
  t.teardown(() => page.over());
  page.lacks({ 'WALinkify.findLink': LASTS_MS - 1 });
  t.notOk('message.links' in page.capabilities);
  t.ok(page.isLacking('message.links'), 'who needs it now is told');
  t.notOk(page.isLacking('link.qr'));
  page.lacks({ 'WALinkify.findLink': LASTS_MS });
  t.equal(page.capabilities['message.links'], 'missing: WALinkify.findLink');
  page.lacks({});
  t.equal(page.capabilities['message.links'], 'ok', 'it came after all');
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
  page.learn({ 'send.text': 'missing: a probe failed' });
  t.equal(page.why, 'send.text is missing: a probe failed', 'or by a probe');
});
