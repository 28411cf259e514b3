/** The nearest known word is suggested: at least one wrong letter is permitted, and one in three. */
import t from 'tap';
import { nearest } from '../../../src/protocol/nearest.js';

const KNOWN = ['status', 'stop', 'send', 'qr', 'events', '--output'];

t.test('the nearest word is returned, or null if none is near', async (t) => {
  for (const [word, meant] of [
    ['statsu', 'status'],
    ['stauts', 'status'],
    ['STATUS', 'status'],
    ['sned', 'send'],
    ['qt', 'qr'],
    ['q', 'qr'],
    ['--outptu', '--output'],
    ['ev', 'events'],
    ['stat', 'status'],
    ['e', null],
    ['xyz', null],
    ['stxxxx', null],
    ['', null],
  ] as const)
    t.equal(nearest(word, KNOWN), meant, JSON.stringify(word));
  t.equal(nearest('a', []), null);
});
