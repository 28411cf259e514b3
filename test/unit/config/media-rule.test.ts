/** Prefetch rules for media are parsed, and one matching rule is enough. */
import t from 'tap';
import { fitsMediaRules, parseMediaRule } from '../../../src/config/media-rule.js';

t.test('a rule is a kind, optionally with a maximum size', (t) => {
  t.same(parseMediaRule('image'), { kind: 'image', maxBytes: Number.POSITIVE_INFINITY });
  t.same(parseMediaRule('document<=5MB'), { kind: 'document', maxBytes: 5 * 2 ** 20 });
  t.same(parseMediaRule('any<=1.5KB'), { kind: 'any', maxBytes: 1536 });
  for (const word of ['', 'images', 'image<5MB', 'image<=', 'image<=5', 'image<=5GB', 'image <=5MB', '<=5MB'])
    t.equal(parseMediaRule(word), null, word);
  t.end();
});

t.test('one matching rule is enough', (t) => {
  const rules = ['image', 'document<=1KB'];
  t.ok(fitsMediaRules(rules, 'image', 10 ** 9));
  t.ok(fitsMediaRules(rules, 'image', null));
  t.ok(fitsMediaRules(rules, 'document', 1_024));
  t.notOk(fitsMediaRules(rules, 'document', 1_025));
  t.notOk(fitsMediaRules(rules, 'document', null), 'its size is unknown');
  t.notOk(fitsMediaRules(rules, 'video', 1));
  t.ok(fitsMediaRules(['any<=1KB'], 'sticker', 3));
  t.notOk(fitsMediaRules([], 'image', 1));
  t.end();
});
