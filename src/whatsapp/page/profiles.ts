// Runs in the page: reads profiles of people, and changes the account's own. Each part is a query of its own, which the
// server may never answer (WAWebContactStatusBridge, WAWebProfilePicThumbCollection, WAWebBusinessProfileCollection;
// 2026-04-27), so each has its own time, and a part without an answer is named.
import type { BusinessProfile, Privacy } from '../../protocol/methods/profile.js';
import type { Tools } from './messages.js';
import type { PageModel, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow & {
  btoa(text: string): string;
  fetch(url: string): Promise<{ ok: boolean; arrayBuffer(): Promise<ArrayBuffer> }>;
};

type Part = 'about' | 'picture' | 'businessProfile';
interface Picture {
  readonly base64: string;
}

export function makeProfiles(tools: Tools) {
  const { answered, attempt, confirmed, createWid, names, refuse, text, word } = tools;
  const PART_MS = 8_000;
  /** Profile pictures have some 100 kB. */
  const MAX_PICTURE_BYTES = 5 * 2 ** 20;

  const lidFirst = (id: string): PageWid => createWid(names(id).find((name) => name.endsWith('@lid')) ?? id);
  /** The id under which the page has the person's chat, else the given one. */
  const chatFirst = (id: string): PageWid => tools.findChat(id)?.id ?? createWid(id);

  /** A number's text is queried by GraphQL, a LID's is not (WAWebGetAboutQueryJob). Null: none, or hidden. */
  const about = async (id: string): Promise<string | null> => {
    const found = await window.require('WAWebContactStatusBridge').getStatus({ wid: lidFirst(id) });
    return word(found?.status);
  };

  const thumbOf = async (id: string): Promise<PageModel | null> => {
    const wid = chatFirst(id);
    const thumb = await window.require('WAWebCollections').ProfilePicThumb.find(wid);
    return thumb && word(thumb.tag) !== null ? (thumb as PageModel) : null;
  };
  const download = async (thumb: PageModel): Promise<Picture> => {
    const url = [thumb.imgFull, thumb.eurl, thumb.img].map(word).find((one) => one !== null);
    if (!url) return refuse('page_error', 'WhatsApp Web has no address for the picture.');
    const answer = await window.fetch(url);
    const bytes = new Uint8Array(answer.ok ? await answer.arrayBuffer() : []);
    if (bytes.length === 0 || bytes.length > MAX_PICTURE_BYTES)
      return refuse('page_error', `The picture has ${bytes.length} bytes.`);
    let binary = '';
    for (let at = 0; at < bytes.length; at += 8_192)
      binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
    return { base64: window.btoa(binary) };
  };

  const clock = (minutes: unknown): string => {
    const whole = tools.count(minutes);
    const two = (value: number): string => String(value).padStart(2, '0');
    return `${two(Math.floor(whole / 60))}:${two(whole % 60)}`;
  };
  /** WAWebBusinessProfileUtils.parseBusinessProfile: minutes since midnight, by day. */
  const hours = (of: PageModel | null | undefined): BusinessProfile['hours'] => {
    const days = Object.entries((of?.config ?? {}) as Record<string, { mode?: unknown; hours?: unknown }>);
    if (!of || days.length === 0) return null;
    return {
      timezone: word(of.timezone),
      days: days.map(([day, { mode, hours: open }]) => ({
        day,
        mode: word(mode) ?? 'specific_hours',
        times: (Array.isArray(open) ? (open as unknown[][]) : []).map(([from, to]) => ({
          from: clock(from),
          to: clock(to),
        })),
      })),
    };
  };
  const business = async (id: string): Promise<BusinessProfile | null> => {
    const { BusinessProfile: profiles } = window.require('WAWebCollections');
    const found = (await profiles.find(chatFirst(id))) as PageModel | undefined;
    if (!found) return null;
    const list = (value: unknown): PageModel[] => (Array.isArray(value) ? value : []);
    const words = (values: readonly unknown[]): string[] =>
      values.flatMap((value) => {
        const one = word(value);
        return one === null ? [] : [one];
      });
    return {
      description: word(found.description),
      address: word(found.address),
      email: word(found.email),
      websites: words(list(found.website).map((site) => (typeof site === 'string' ? site : site?.url))),
      categories: words(list(found.categories).map((one) => one?.localized_display_name)),
      hours: hours(found.businessHours),
    };
  };

  const me = (): string => {
    const { getMaybeMePnUser, getMaybeMeLidUser } = window.require('WAWebUserPrefsMeUser');
    return text(getMaybeMePnUser() ?? getMaybeMeLidUser());
  };

  /** Everything that WhatsApp shows of one person. */
  const read = async (id: string, parts: { business: boolean; picture: boolean }) => {
    const unanswered: Part[] = [];
    const ask = async <T>(part: Part, query: () => Promise<T | null>): Promise<T | null> => {
      try {
        return await answered('page_error', part, query(), PART_MS);
      } catch {
        if (!unanswered.includes(part)) unanswered.push(part);
        return null;
      }
    };
    const [shownAbout, thumb, shop] = await Promise.all([
      ask('about', () => about(id)),
      ask('picture', () => thumbOf(id)),
      parts.business ? ask('businessProfile', () => business(id)) : null,
    ]);
    const picture = parts.picture && thumb ? await ask('picture', () => download(thumb)) : null;
    return { about: shownAbout, hasPicture: thumb !== null, picture, businessProfile: shop, unanswered };
  };

  return {
    read,

    async own(picture: boolean) {
      const id = me();
      const platform = attempt(() => window.require('WAWebConnModel').Conn.platform);
      const isBusiness = platform === 'smba' || platform === 'smbi';
      const name = word(attempt(() => window.require('WAWebConnModel').Conn.pushname));
      // The page learns it from its own notices (WAWebSetUsernameJob), and has it in the contact of either identity.
      const { Contact } = window.require('WAWebCollections');
      const username = names(id)
        .map((one) => word(attempt(() => Contact.get(createWid(one))?.username as unknown)))
        .find((one) => one !== null);
      const own = { ...tools.identity(id), name, username: username?.slice(0, 256) ?? null };
      return { ...own, ...(await read(id, { business: isBusiness, picture })) };
    },

    /** The names of WAWebQueryPrivacySettingsJob; settings that it did not get are missing in its answer. */
    async privacy(): Promise<Privacy> {
      const { getPrivacy } = window.require('WAWebQueryPrivacySettingsJob');
      const said = await answered<Record<string, unknown> | undefined>(
        'page_error',
        'the privacy settings',
        getPrivacy(),
      );
      const of = (name: string): string | null => word(said?.[name])?.slice(0, 64) ?? null;
      return {
        lastSeen: of('lastSeen'),
        online: of('online'),
        about: of('about'),
        picture: of('profilePicture'),
        addToGroups: of('groupAdd'),
        call: of('callAdd'),
        message: of('messages'),
        readReceipts: of('readReceipts'),
      };
    },

    async rename(name: string): Promise<void> {
      const { Conn } = window.require('WAWebConnModel');
      if (Conn.pushname === name) return;
      if (attempt(() => Conn.canSetMyPushname()) === false)
        refuse('not_allowed', 'The name of a business account is changed on its phone.');
      const { setPushname } = window.require('WAWebSetPushnameConnAction');
      await answered('outcome_unknown', 'the new name', setPushname(name));
      await confirmed('the name is unchanged', () => Conn.pushname === name);
    },

    /** The page passes the text to a job that is done when the server has answered (WAWebSetAboutJob). */
    async describe(about: string): Promise<void> {
      const { setMyStatus } = window.require('WAWebContactStatusBridge');
      const answer = await answered<{ status?: unknown } | undefined>(
        'outcome_unknown',
        'the new text',
        setMyStatus(about),
      );
      const code = Number(answer?.status ?? 200);
      if (code >= 400) refuse('not_allowed', `WhatsApp refused the text (${code}).`);
    },

    /** @param image null removes the picture */
    async picture(image: { readonly mimetype: string; readonly base64: string } | null): Promise<void> {
      const { ProfilePicThumb } = window.require('WAWebCollections');
      const wid = createWid(me());
      const thumb =
        ProfilePicThumb.get(wid) ?? (await answered('page_error', 'the picture', ProfilePicThumb.find(wid)));
      const library = window.WWebJS as {
        setPicture(id: string, image: object): Promise<boolean | undefined>;
      };
      if (image === null) {
        if (!thumb || word(thumb.tag) === null) return;
        const { requestDeletePicture } = window.require('WAWebContactProfilePicThumbBridge');
        await answered('outcome_unknown', 'removing the picture', requestDeletePicture(wid));
        return;
      }
      const done = await answered(
        'outcome_unknown',
        'the new picture',
        library.setPicture(text(wid), { mimetype: image.mimetype, data: image.base64 }),
      ).catch((error: unknown) => {
        // The browser cannot decode the image: an event, not an error.
        if (!(error instanceof Error) && (error as { refused?: unknown }).refused === undefined)
          return refuse('media_unusable', 'The browser cannot read the image.');
        throw error;
      });
      if (done !== true) refuse('not_allowed', 'WhatsApp did not take the picture.');
    },
  };
}
