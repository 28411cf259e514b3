/** Statuses and channels accept only some kinds of messages; others are refused. */
import t from 'tap';
import { refuseUnfit } from '../../../../src/daemon/api/post-rules.js';
import type { Content } from '../../../../src/protocol/content.js';
import type { Fault } from '../../../../src/protocol/fault.js';
import type { Addressee } from '../../../../src/protocol/wid.js';

const file = { id: 'f-1', mimetype: 'image/png', name: null, size: 1 };
const text = (more: object = {}): Content => ({ kind: 'text', text: 'hello', ...more });
const CHANNEL: Addressee = '120363000000000001@newsletter';
const STATUS: Addressee = 'status@broadcast';

t.test('statuses and channels accept the listed kinds of messages only', async (t) => {
  const fits: readonly (readonly [Addressee, Content])[] = [
    [STATUS, text()],
    [STATUS, text({ text: 'x'.repeat(700) })],
    [STATUS, text({ mentions: [] })],
    [STATUS, { kind: 'image', file, caption: 'a' }],
    [STATUS, { kind: 'video', file }],
    [STATUS, { kind: 'voice', file }],
    [CHANNEL, text({ linkPreview: true })],
    [CHANNEL, text({ text: 'x'.repeat(701) })],
    [CHANNEL, { kind: 'image', file }],
    // Chats and groups accept every kind.
    ['15550002222@c.us', { kind: 'sticker', file, replyTo: '3EB0' }],
    ['120363000000000001@g.us', text({ text: ' ' })],
  ];
  for (const [to, content] of fits) refuseUnfit(to, content);

  const unfit: readonly (readonly [Addressee, Content, RegExp])[] = [
    [STATUS, text({ linkPreview: true }), /cannot have a preview/],
    [STATUS, text({ text: 'x'.repeat(701) }), /700 characters at most; this one has 701/],
    [STATUS, text({ text: ' \n ' }), /not blank/],
    [STATUS, { kind: 'document', file }, /must be one of .*, not document/],
    [STATUS, { kind: 'sticker', file }, /must be one of .*, not sticker/],
  ];
  const neither = (to: Addressee): typeof unfit => [
    [to, text({ replyTo: '3EB0' }), /cannot answer a message/],
    [to, text({ mentions: ['15550002222@c.us'] }), /cannot mention anybody/],
    [to, { kind: 'location', latitude: 1, longitude: 1 }, /must be one of .*, not location/],
    [to, { kind: 'contact', contacts: [] }, /must be one of .*, not contact/],
    [
      to,
      { kind: 'poll', question: '?', options: ['a', 'b'], multiple: false },
      /must be one of .*, not poll/,
    ],
  ];
  for (const [to, content, message] of [...unfit, ...neither(STATUS), ...neither(CHANNEL)]) {
    const fault = t.throws(() => refuseUnfit(to, content)) as Fault;
    t.match(fault, { kind: 'invalid_params', message });
  }
});
