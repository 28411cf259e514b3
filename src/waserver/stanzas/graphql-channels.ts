/** GraphQL of channels: to make, find, follow, change and delete them (WAWebMexNewsletterParseUtils reads them). */
import type { Account } from '../world/account.js';
import type { Channel } from '../world/channel.js';
import { FORBIDDEN, NOT_FOUND, type Queries, type Query, wordIn } from './graphql-query.js';
import type { Asker } from './request.js';

/** The setting of what the admins do; what followers do is another, which is not kept. */
const MUTE = 'MUTE_ADMIN_ACTIVITY';

/** As one account sees it. */
function channelData(channel: Channel, { number }: Account): object {
  const at = String(channel.createdAt);
  const text = (value: string) => ({ id: at, text: value, update_time: `${at}000000` });
  const isMuted = channel.muted.has(number);
  return {
    id: channel.jid,
    state: { type: channel.deleted ? 'DELETED' : 'ACTIVE' },
    thread_metadata: {
      creation_time: at,
      invite: channel.inviteCode,
      handle: null,
      name: text(channel.name),
      description: text(channel.description),
      picture: { id: '0', type: 'IMAGE', direct_path: '' },
      preview: { id: '0', type: 'PREVIEW', direct_path: '' },
      settings: { reaction_codes: { value: 'ALL' } },
      subscribers_count: String(channel.followers),
      verification: 'UNVERIFIED',
    },
    viewer_metadata: {
      mute: isMuted ? 'ON' : 'OFF',
      role: channel.roleOf(number).toUpperCase(),
      settings: [{ type: MUTE, value: isMuted ? 'ON' : 'OFF' }],
    },
  };
}

/** By jid or by the code of its invitation. */
function find({ world }: Asker, key: string): Channel | undefined {
  const all = [...world.channels.values()].filter(({ deleted }) => !deleted);
  return all.find(({ jid, inviteCode }) => jid === key || inviteCode === key);
}

/** A query about the channel `newsletter_id`. */
const about =
  (
    act: (channel: Channel, asker: Asker, variables: Readonly<Record<string, unknown>>) => ReturnType<Query>,
  ): Query =>
  (asker, variables) => {
    const channel = find(asker, wordIn(variables, 'newsletter_id'));
    if (channel === undefined) return NOT_FOUND;
    const answer = act(channel, asker, variables);
    asker.world.changes.changed();
    return answer;
  };

const CREATE: Query = ({ world, account }, { input }) => {
  const channel = world.addChannel(wordIn(input, 'name'), wordIn(input, 'description'), account.number);
  return { xwa2_newsletter_create: channelData(channel, account) };
};

const metadata =
  (name: string): Query =>
  (asker, { input }) => {
    const channel = find(asker, wordIn(input, 'key'));
    return channel === undefined ? NOT_FOUND : { [name]: channelData(channel, asker.account) };
  };

const JOIN = about((channel, { account }) => {
  if (channel.roleOf(account.number) === 'guest') channel.roles.set(account.number, 'subscriber');
  return { xwa2_newsletter_join_v2: channelData(channel, account) };
});

const LEAVE = about((channel, { account }) => {
  if (channel.roleOf(account.number) === 'owner') return FORBIDDEN;
  channel.roles.delete(account.number);
  return { xwa2_newsletter_leave_v2: { id: channel.jid } };
});

const UPDATE = about((channel, { account }, { updates }) => {
  if (!channel.isAdmin(account.number)) return FORBIDDEN;
  channel.name = wordIn(updates, 'name') || channel.name;
  const description = typeof updates === 'object' && updates !== null && 'description' in updates;
  if (description) channel.description = wordIn(updates, 'description');
  return { xwa2_newsletter_update: channelData(channel, account) };
});

const DELETE = about((channel, { account }) => {
  if (channel.owner !== account.number) return FORBIDDEN;
  channel.deleted = true;
  return { xwa2_newsletter_delete_v2: { id: channel.jid, state: { type: 'DELETED' } } };
});

function setMuted({ muted }: Channel, { world, account }: Asker, isMuted: boolean): void {
  if (isMuted) muted.add(account.number);
  else muted.delete(account.number);
  world.changes.changed();
}

const mute = (isMuted: boolean): Query =>
  about((channel, asker) => {
    setMuted(channel, asker, isMuted);
    const name = isMuted ? 'xwa2_newsletter_mute_v2' : 'xwa2_newsletter_unmute_v2';
    return { [name]: channelData(channel, asker.account) };
  });

/** The page mutes by a setting (WAWebNewsletterUpdateUserSettingJob). */
const SET: Query = (asker, { input }) => {
  const channel = find(asker, wordIn(input, 'newsletter_id'));
  if (channel === undefined) return NOT_FOUND;
  if (wordIn(input, 'type') === MUTE) setMuted(channel, asker, wordIn(input, 'value') === 'ON');
  return { xwa2_newsletter_update_user_setting: { id: channel.jid, state: { type: 'ACTIVE' } } };
};

/** Ids of the page, and of Baileys where they differ. */
export const CHANNEL_QUERIES: Queries = {
  /** WAWebMexCreateNewsletterJob */
  '25149874324715067': CREATE,
  '8823471724422422': CREATE,
  /** WAWebMexFetchNewsletterJob */
  '35452404184358876': metadata('xwa2_newsletter'),
  /** WAWebMexFetchNewsletterDehydratedJob */
  '30328461880085868': metadata('xwa2_newsletter'),
  '6563316087068696': metadata('xwa2_newsletter'),
  /** WAWebMexFetchAllNewslettersMetadataJob */
  '25399611239711790': ({ world, account }) => ({
    xwa2_newsletter_subscribed: [...world.channels.values()]
      .filter(({ deleted, roles }) => !deleted && roles.has(account.number))
      .map((channel) => channelData(channel, account)),
  }),
  /** WAWebMexJoinNewsletterJob */
  '24404358912487870': JOIN,
  /** WAWebMexLeaveNewsletterJob */
  '9767147403369991': LEAVE,
  /** WAWebMexUpdateNewsletterJob */
  '24250201037901610': UPDATE,
  /** WAWebMexDeleteNewsletterJob */
  '30062808666639665': DELETE,
  /** WAWebMexUpdateNewsletterUserSetting */
  '31938993655691868': SET,
  '29766401636284406': mute(true),
  '9864994326891137': mute(false),
};
