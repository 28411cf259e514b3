// Invitations are read from links and codes.
import t from 'tap';
import { inviteCode, inviteLink } from '../../../src/protocol/invite.js';

const CODE = 'AbCdEfGhIjKlMnOpQrStUv';

t.test('an invitation is a link in any of its forms, or a code', async (t) => {
  for (const text of [
    CODE,
    ` ${CODE} `,
    inviteLink('group', CODE),
    `http://chat.whatsapp.com/${CODE}`,
    `chat.whatsapp.com/invite/${CODE}`,
    `https://chat.whatsapp.com/${CODE}?mode=ems_copy_t`,
    `https://CHAT.whatsapp.com/${CODE}/`,
  ])
    t.equal(inviteCode('group', text), CODE, text);
  t.equal(inviteCode('channel', `https://www.whatsapp.com/channel/${CODE}`), CODE);
});

t.test('anything else is refused', async (t) => {
  for (const text of ['', 'short', 'two words', `https://example.org/${CODE}`, inviteLink('channel', CODE)])
    t.throws(() => inviteCode('group', text), /no invitation of a group/, text);
});
