// Runs in the page: the admins of channels, invitations to become one, and pictures of channels. Requests about admins are
// GraphQL, which may never be answered. All modules as of 2026-04-27.
import type { ChannelAdmin, ChannelInvited } from '../../protocol/methods/channel-admins.js';
import type { Tools } from './messages.js';
import type { PageModel, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

/** WAWebMexFetchNewsletterFollowersJob */
interface Follower {
  readonly id: PageWid;
  readonly phoneNumber?: PageWid;
  readonly displayName?: string;
  readonly role?: string;
}

export function makeChannelAdmins(tools: Tools) {
  const { answered, attempt, createWid, findChannel, ledChannel, names, refuse, roleIn, text, word } = tools;
  const LEADS = ['owner', 'admin'];
  const MAY_SEE = 'Only the owner and the admins of a channel can see its admins.';
  const MAY_INVITE = 'Only the owner of a channel can invite admins.';

  const idsOf = ({ id, phoneNumber }: Follower): string[] =>
    [id, phoneNumber].map((wid) => text(wid)).filter((one) => one !== '');
  const isOne = (ids: readonly string[], person: string): boolean =>
    ids.some((id) => names(id).some((one) => names(person).includes(one)));
  /** What the page knows of a person, and what the server has said of their number. */
  const person = (ids: readonly string[], called: string | null): ChannelInvited => {
    const [id = ''] = ids;
    const known = tools.identity(id);
    const number = ids.find((one) => one.endsWith('@c.us'));
    const name = attempt(() => tools.called(number ?? id).name) ?? called;
    return {
      ...known,
      phone: known.phone ?? number?.replace(/@.*$/, '') ?? null,
      name: name ?? tools.nameOf(number ?? id),
    };
  };

  /** The query without the page's cache (WAWebUserPrefsNewsletter.NewsletterSubscribersCache). */
  const admins = async (channel: string): Promise<Follower[]> => {
    const most: number = window.require('WAWebNewsletterGatingUtils').getMaxSubscriberNumber();
    const { getNewsletterSubscribers } = window.require('WAWebNewsletterSubscriberListQueryJob');
    const said = await answered<{ followers?: readonly Follower[] } | null>(
      'page_error',
      'the admins',
      getNewsletterSubscribers(channel, most),
    );
    return (said?.followers ?? [])
      .filter(({ role }) => LEADS.includes(String(role)))
      .sort((a, b) => LEADS.indexOf(String(a.role)) - LEADS.indexOf(String(b.role)));
  };
  /** Null: WhatsApp has not switched on channels for this account (isNewsletterCreationEnabled). */
  const invited = async (channel: string): Promise<PageWid[] | null> => {
    const { getNewsletterPendingInvites } = window.require('WAWebNewsletterPendingInvitesQueryJob');
    return (
      (await answered<PageWid[] | null | undefined>(
        'page_error',
        'the invitations',
        getNewsletterPendingInvites(channel),
      )) ?? null
    );
  };
  const me = (): string => {
    const { getMaybeMePnUser, getMaybeMeLidUser } = window.require('WAWebUserPrefsMeUser');
    return text(getMaybeMePnUser() ?? getMaybeMeLidUser());
  };
  /** The model of the page's contact; a person who is in no list has none. */
  const contactOf = (id: string): PageModel => {
    const { Contact } = window.require('WAWebCollections');
    return attempt(() => Contact.get(createWid(id)) as PageModel | undefined) ?? { id: createWid(id) };
  };

  return {
    async list(channel: string): Promise<{ admins: ChannelAdmin[]; invited: ChannelInvited[] | null }> {
      ledChannel(channel, LEADS, MAY_SEE);
      const waiting = roleIn(channel) === 'owner' ? await invited(channel) : null;
      return {
        admins: (await admins(channel)).map((one) => ({
          ...person(idsOf(one), word(one.displayName)),
          role: one.role === 'owner' ? 'owner' : 'admin',
        })),
        invited: waiting?.map((wid) => person([text(wid)], null)) ?? null,
      };
    },

    async revokeInvite(channel: string, contact: string): Promise<{ contact: string; revoked: boolean }> {
      ledChannel(channel, ['owner'], MAY_INVITE);
      const wid = await tools.widWithLid(contact);
      const waiting = await invited(channel);
      if (waiting !== null && !waiting.some((one) => isOne([text(one)], contact)))
        return { contact, revoked: false };
      const { revokeNewsletterAdminInvite } = window.require('WAWebMexRevokeNewsletterAdminInviteJob');
      await answered(
        'outcome_unknown',
        'withdrawing the invitation',
        revokeNewsletterAdminInvite(channel, wid),
      );
      return { contact, revoked: true };
    },

    /**
     * The page's own action would also open the channel, which marks its posts as seen
     * (WAWebNewsletterAcceptAdminInviteAction).
     */
    async acceptInvite(channel: string): Promise<void> {
      const isAdmin = (): boolean => LEADS.includes(roleIn(channel));
      if (isAdmin()) return;
      const { acceptNewsletterAdminInvite } = window.require('WAWebMexAcceptNewsletterAdminInviteJob');
      await answered(
        'outcome_unknown',
        'accepting the invitation',
        acceptNewsletterAdminInvite(channel),
      ).catch((error: unknown) =>
        tools.isGone(error)
          ? refuse('no_such_invite', 'WhatsApp has no valid invitation of this account to the channel.')
          : Promise.reject(error),
      );
      // The server's notice makes the page ask for its role (WAWebNewsletterBridgeApi.handleMyRoleChangeNotification).
      if (await tools.until(isAdmin, 2_000)) return;
      const { queryAndUpdateNewsletterMetadataAction: update } = window.require(
        'WAWebQueryAndUpdateNewslettersMetadataAction',
      );
      const parts = ['membership', 'state', 'creationTime', 'description', 'inviteLink', 'muted', 'name'];
      const fields = [...parts, 'picture', 'privacy', 'subscribers', 'verification', 'handle'];
      await answered(
        'outcome_unknown',
        'the new role',
        update(channel, { fields: Object.fromEntries(fields.map((name) => [name, true])) }),
      );
      if (!(await tools.until(isAdmin)))
        refuse('outcome_unknown', 'WhatsApp Web could not confirm that the invitation was accepted.');
    },

    /** @param contact null: this account */
    async remove(channel: string, contact: string | null): Promise<{ contact: string; removed: boolean }> {
      const isMine = contact === null || names(contact).some((one) => tools.isMe(one));
      const who = contact ?? me();
      const role = roleIn(channel);
      if (isMine && role === 'owner')
        refuse('not_allowed', 'The owner of a channel stays one of its admins.');
      if (isMine && role !== 'admin') return { contact: who, removed: false };
      const why = 'Only the owner of a channel can remove its admins.';
      const chat = isMine ? findChannel(channel) : ledChannel(channel, ['owner'], why);
      if (!isMine) {
        await tools.widWithLid(who);
        const found = (await admins(channel)).find((one) => isOne(idsOf(one), who));
        if (found === undefined) return { contact: who, removed: false };
      }
      const { demoteNewsletterAdminAction: demote } = window.require('WAWebDemoteNewsletterAdminAction');
      await answered('outcome_unknown', 'removing the admin', demote(chat, contactOf(who)));
      if (isMine) await tools.confirmed('this account is still an admin', () => roleIn(channel) !== 'admin');
      return { contact: who, removed: true };
    },

    async picture(
      channel: string,
      picture: { readonly mimetype: string; readonly base64: string } | null,
    ): Promise<{ picture: boolean }> {
      const why = 'Only the owner and the admins of a channel can change its picture.';
      const chat = ledChannel(channel, LEADS, why);
      const { cropAndResizeImage: square } = window.WWebJS as {
        cropAndResizeImage(image: object, to: object): Promise<string>;
      };
      const image =
        picture === null
          ? null
          : await square(
              { mimetype: picture.mimetype, data: picture.base64 },
              { asDataUrl: true, mimetype: 'image/jpeg', size: 640 },
            ).catch(() => refuse('media_unusable', 'The browser cannot read the file as a picture.'));
      const { editNewsletterMetadataAction: edit } = window.require('WAWebEditNewsletterMetadataAction');
      await answered(
        'outcome_unknown',
        image === null ? 'removing the picture' : 'setting the picture',
        edit(chat, { editPicture: true }, { picture: image }),
      );
      return { picture: image !== null };
    },
  };
}
