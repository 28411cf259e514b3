/** xmlns `privacy`, `blocklist` and `disappearing_mode`: settings of the account that the server keeps. */
import { createHash } from 'node:crypto';
import { children, type Node, node } from '../wire/nodes.js';
import { seconds } from '../world/account.js';
import { nameOf } from '../world/addressing.js';
import { tellOtherDevices } from './profiles.js';
import { type Asker, type Handlers, Refusal } from './request.js';

/** By LID in an account that is migrated (WASmaxInBlocklistsGetBlockListResponseMigratedSuccessWithMismatch). */
function blockList({ world, account }: Asker, attrs: { readonly matched?: 'false' } = {}): Node {
  const { addressing } = account;
  const items = [...account.blocked].flatMap((number) => {
    const person = world.numbered(number);
    if (person === undefined) return [];
    return [
      node('item', {
        jid: nameOf(person, addressing),
        pn_jid: addressing === 'lid' ? person.jid : undefined,
      }),
    ];
  });
  const dhash = createHash('sha256')
    .update([...account.blocked].join())
    .digest('base64url');
  return node('list', { ...attrs, dhash, addressing_mode: addressing }, items);
}

export const PRIVACY_REQUESTS: Handlers = {
  /** WAWebQueryPrivacySettingsJob */
  'privacy get privacy': ({ account }) => [
    node(
      'privacy',
      {},
      [...account.privacy].map(([name, value]) => node('category', { name, value })),
    ),
  ],
  /** WAWebSetPrivacyJob */
  'privacy set privacy': (asker, part) => {
    const categories = children(part, 'category');
    for (const { attrs } of categories) asker.account.privacy.set(attrs.name ?? '', attrs.value ?? '');
    tellOtherDevices(asker, node('privacy'));
    asker.world.changes.changed();
    const answers = categories.map(({ attrs: { name, value, dhash } }) =>
      node('category', { name, value, dhash }),
    );
    return [node('privacy', {}, answers)];
  },
  'privacy set tokens': () => [],

  'blocklist get': (asker) => [blockList(asker)],
  'blocklist get list': (asker) => [blockList(asker)],
  /** WASmaxInBlocklistsUpdateBlockListResponseSuccessWithMismatch */
  'blocklist set item': (asker, { attrs: { action, jid = '', pn_jid: number = '' } }) => {
    const { world, account } = asker;
    const person = world.person(jid) ?? world.person(number);
    if (person === undefined) return new Refusal(404, 'item-not-found');
    if (action === 'block') account.blocked.add(person.number);
    else account.blocked.delete(person.number);
    tellOtherDevices(asker, node('blocklist', {}, [node('item', { jid, action })]));
    world.changes.changed();
    return [blockList(asker, { matched: 'false' })];
  },

  /** WAWebQueryDisappearingModeJob */
  'disappearing_mode get': ({ account: { disappearing } }) => [
    node('disappearing_mode', { duration: disappearing.duration, t: disappearing.t }),
  ],
  'disappearing_mode set disappearing_mode': (asker, part) => {
    const disappearing = { duration: part.attrs.duration ?? '0', t: seconds() };
    asker.account.disappearing = disappearing;
    tellOtherDevices(asker, node('disappearing_mode', disappearing));
    return [];
  },
};
