// Runs in the page: reads, looks up, blocks and unblocks people, under both identities. The user name of a person is in the
// contact of either identity (WAWebContactModel, 2026-04-27).
import type { Checked, Contact, Identities } from '../../protocol/methods/contact.js';
import type { PeopleKnown } from '../../session/port.js';
import type { Tools } from './messages.js';
import type { PageModel, PageWid, PageWindow } from './page-window.js';
import type { Mended } from './tools.js';

declare const window: PageWindow;

type Query = {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly query?: string | undefined;
  readonly all?: boolean | undefined;
  readonly blocked?: boolean | undefined;
};

export function makeContacts(tools: Tools, mended: Mended) {
  const { text, identity, names, nameOf, createWid, attempt, word } = tools;
  const models = () => window.require('WAWebCollections');

  const isBlocked = (id: string): boolean =>
    names(id).some(
      (name) =>
        tools.isBlocked(name) ||
        (models().Contact.get(name) as PageModel | undefined)?.isContactBlocked === true,
    );
  const known = (id: string): PageModel[] =>
    names(id).flatMap((name) => (models().Contact.get(name) as PageModel | undefined) ?? []);

  /** The first value that the contact of either identity has. */
  const firstOf = <T>(found: readonly PageModel[], get: (one: PageModel) => T | null): T | null => {
    for (const one of found) {
      const value = attempt(() => get(one));
      if (value !== null) return value;
    }
    return null;
  };
  const usernameIn = (found: readonly PageModel[]): string | null =>
    firstOf(found, (one) => word(one.username)?.slice(0, 256) ?? null);

  const show = (id: string): Contact => {
    const found = known(id);
    const first = <T>(get: (one: PageModel) => T | null): T | null => firstOf(found, get);
    const { getIsMyContact } = window.require('WAWebFrontendContactGetters');
    return {
      ...identity(id),
      name: nameOf(id),
      pushname: first((one) => word(one.pushname)),
      username: usernameIn(found),
      saved: first((one) => (getIsMyContact(one) === true ? true : null)) ?? false,
      business: first((one) => (one.isBusiness === true ? true : null)) ?? false,
      blocked: isBlocked(id),
    };
  };

  /** A person that cannot be read is still listed. */
  const listed = (id: string): Contact =>
    attempt(() => show(id)) ?? {
      id,
      phone: null,
      lid: null,
      name: id,
      pushname: null,
      username: null,
      saved: false,
      business: false,
      blocked: false,
    };

  /**
   * Everybody whom the page knows, each once: by number where it is known. Blocked people need not be among the contacts
   * (WAWebBlocklistModel.contact creates them on request, 2026-04-27).
   */
  const everybody = (): string[] => {
    const lists: PageModel[][] = [
      models().Contact.getModelsArray(),
      attempt(() => models().Blocklist.getModelsArray() as PageModel[]) ?? [],
    ];
    const ids = lists.flat().map((one) => text(attempt(() => one.id as PageWid)));
    const people = ids.filter((id) => tools.isPerson(id) && id !== '0@c.us' && !tools.isMe(id));
    return [...new Set(people.map((id) => attempt(() => tools.pair(id).pn) ?? id))];
  };

  /** Looks up a number at WhatsApp. */
  const ask = async (id: string): Promise<{ wid: PageWid; lid?: PageWid; biz?: boolean } | null> => {
    const answer = await window.require('WAWebQueryExistsJob').queryWidExists(createWid(id));
    return answer?.wid ? answer : null;
  };
  const someone = async (id: string): Promise<string> => {
    if (known(id).length > 0) return id;
    const found = await ask(id);
    if (found === null)
      tools.refuse('no_such_contact', `${id.replace(/@c\.us$/, '')} is neither a contact nor on WhatsApp.`);
    return id;
  };

  return {
    /**
     * Looks up the person with this id, with both identities as far as they are known then; null if there is none. The
     * server is queried for each number, and for a LID that is unknown to the page.
     */
    async whoHas(id: string): Promise<{ number: string | null; lid: string | null } | null> {
      const isLid = id.endsWith('@lid');
      const isKnown = isLid && (known(id).length > 0 || tools.findChat(id) !== null);
      const found = isKnown ? null : await ask(id);
      if (!isKnown && found === null) return null;
      // A look-up returns either identity (WAWebQueryExistsJob, 2026-04-27), and may return another form of the number.
      const said = [text(found?.wid), text(found?.lid)];
      const lid = isLid ? id : said.find((one) => one.endsWith('@lid'));
      const number = said.find((one) => one.endsWith('@c.us')) ?? tools.pair(lid ?? id).pn;
      return {
        number: number ?? (isLid ? null : id),
        lid: lid ?? tools.pair(number ?? id).lid,
      };
    },

    /** The identities and names of people and groups, as far as the page knows them. */
    people: (ids: readonly string[]): PeopleKnown => ({
      pairs: ids.flatMap((id) => {
        const { pn, lid } = attempt(() => tools.pair(id)) ?? { pn: null, lid: null };
        return pn === null || lid === null ? [] : [{ number: pn, lid }];
      }),
      names: ids.map((id) => ({ id, ...tools.called(id) })),
    }),

    list({ query, all, blocked, ...part }: Query) {
      const found = everybody()
        .map(listed)
        .filter(
          (one) =>
            (all === true || one.saved || (blocked === true && one.blocked)) &&
            (blocked === undefined || one.blocked === blocked) &&
            tools.matches(query, `${one.name}\n${one.pushname ?? ''}`, one.phone),
        )
        .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
      return { contacts: tools.part(found, part), total: found.length };
    },

    /** @param ids null: everybody */
    identities(
      ids: readonly string[] | null,
      part: { limit?: number | undefined; offset?: number | undefined },
    ) {
      const all = ids ?? everybody().sort();
      const people = tools.part(all, part).map((id): Identities => {
        const both = attempt(() => identity(id)) ?? { id, phone: null, lid: null };
        return { ...both, username: attempt(() => usernameIn(known(id))) };
      });
      return { people, total: all.length };
    },

    get: async (id: string): Promise<Contact> => show(await someone(id)),

    async check(id: string): Promise<Checked> {
      const number = id.replace(/@.*$/, '');
      const found = await ask(id);
      if (found === null) return { number, onWhatsApp: false, id: null, lid: null, business: false };
      const wid = text(found.wid);
      const { pn, lid } = tools.pair(wid);
      return {
        number,
        onWhatsApp: true,
        id: pn ?? (id.endsWith('@c.us') ? id : wid),
        lid: text(found.lid) || lid || (wid.endsWith('@lid') ? wid : null),
        business: found.biz === true,
      };
    },

    async block(id: string, blocked: boolean): Promise<Contact> {
      await someone(id);
      if (isBlocked(id) === blocked) return show(id);
      const find = (name: string): Promise<PageModel> => models().Contact.find(createWid(name));
      const { blockContact, unblockContact } = window.require('WAWebBlockContactAction');
      if (blocked) {
        const contact = await mended.whomToBlock(known(id)[0] ?? (await find(id)), async () => {
          const lid = tools.pair(id).lid ?? text((await ask(id))?.lid);
          return find(lid === '' ? id : lid);
        });
        await blockContact({ contact });
      } else {
        // A block is stored under one of the two ids, and removed only by that one.
        const held = names(id).filter(tools.isBlocked);
        for (const name of held.length > 0 ? held : [id]) await unblockContact(await find(name));
      }
      await tools.confirmed(
        blocked ? 'the contact is not blocked' : 'the contact is still blocked',
        () => isBlocked(id) === blocked,
      );
      return show(id);
    },
  };
}
