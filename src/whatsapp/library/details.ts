// Translates what a message carries besides its text. The attributes are those that the page's parsers set (WAWebParse…Proto,
// 2026-04-27). Strangers choose every value, so each one is checked, and lists are cut.
import type { Button, Details, Section } from '../../protocol/details.js';
import { escapeId } from '../../protocol/wid.js';
import type { LibraryMessage } from './library.js';

type Data = Readonly<Record<string, unknown>>;

/** WhatsApp allows 10 cards, 3 to 10 buttons and 10 rows; products of a list may be more. */
const MOST = 100;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const words = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const number = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
const count = (value: unknown): number => (Number.isSafeInteger(value) ? (value as number) : 0);
const object = (value: unknown): Data => (typeof value === 'object' && value !== null ? (value as Data) : {});
const list = (value: unknown): Data[] => (Array.isArray(value) ? value.slice(0, MOST).map(object) : []);
/** A wid as text, whether it came as one, as an object, or in the form of the wire (an order's seller). */
const wid = (value: unknown): string =>
  (text(value) || text(object(value)._serialized)).replace(/@s\.whatsapp\.net$/, '@c.us');
/** Prices are in thousandths. */
const thousandth = (value: unknown): number | null => {
  const amount = number(typeof value === 'string' ? Number(value) : value);
  return amount === null ? null : amount / 1_000;
};

/** The end of the year 9999: other programs cannot read later dates. */
const LATEST_S = 253_402_300_799;
/** A time in seconds, as a number or as its digits. */
const instant = (value: unknown): string | null => {
  const seconds = number(typeof value === 'string' ? Number(value) : value);
  return seconds !== null && seconds > 0 && seconds <= LATEST_S
    ? new Date(seconds * 1_000).toISOString()
    : null;
};

const json = (value: unknown): Data => {
  try {
    return object(JSON.parse(text(value)));
  } catch {
    return {};
  }
};

/** A button of a native flow: its parameters are JSON text, whose names the senders of businesses use. */
function flowButton({ name, buttonParamsJson }: Data): Button {
  const given = json(buttonParamsJson);
  const id = text(given.id);
  const label = text(given.display_text);
  switch (name) {
    case 'quick_reply':
      return { id, text: label, action: 'reply', value: null };
    case 'cta_url':
      return { id, text: label, action: 'url', value: words(given.url) };
    case 'cta_call':
      return { id, text: label, action: 'call', value: words(given.phone_number) };
    case 'cta_copy':
      return { id, text: label, action: 'copy', value: words(given.copy_code) };
    default:
      return { id, text: label || text(given.title) || text(name), action: 'other', value: null };
  }
}

const sectionsOf = (sections: unknown): Section[] =>
  list(sections).map((section) => ({
    title: text(section.title),
    rows: list(section.rows).map((row) => ({
      id: text(row.rowId) || text(row.id),
      title: text(row.title),
      description: text(row.description),
    })),
  }));

/** A native flow: buttons, and buttons that open a list. The lists are one, in their order. */
function flowOf(all: readonly Data[]): Pick<Details, 'buttons' | 'sections' | 'listButton'> {
  const pickers = all.filter(({ name }) => name === 'single_select');
  const lists = pickers.map(({ buttonParamsJson }) => json(buttonParamsJson));
  return {
    buttons: all
      .filter((button) => !pickers.includes(button))
      .map((button) => ('buttonText' in button ? replyButton(button) : flowButton(button))),
    ...(lists.length > 0 && {
      sections: lists.flatMap(({ sections }) => sectionsOf(sections)).slice(0, MOST),
      listButton: text(lists[0]?.title),
    }),
  };
}

/** WAWebTemplateButtonModel, made of hydratedButtons; only one of the three parts is there. */
function templateButton(button: Data): Button {
  const [reply, url, call] = [button.quickReplyButton, button.urlButton, button.callButton].map(object);
  const label = text(reply?.displayText) || text(url?.displayText) || text(call?.displayText);
  if (button.urlButton) return { id: '', text: label, action: 'url', value: words(url?.url) };
  if (button.callButton) return { id: '', text: label, action: 'call', value: words(call?.phoneNumber) };
  if (button.quickReplyButton) return { id: text(reply?.id), text: label, action: 'reply', value: null };
  return { id: '', text: label, action: 'other', value: null };
}

const replyButton = ({ buttonId, buttonText }: Data): Button => ({
  id: text(buttonId),
  text: text(object(buttonText).displayText),
  action: 'reply',
  value: null,
});

function cardOf({ caption, body, title, footer, interactiveHeader, interactivePayload }: Data) {
  return {
    title: text(object(interactiveHeader).title) || text(title),
    body: text(caption) || text(body),
    footer: text(footer),
    buttons: list(object(interactivePayload).buttons).map(flowButton),
  };
}

/** Heading, footer and buttons, of a message of any type. */
function businessOf(data: Data): Details {
  const title = words(data.title) ?? words(object(data.interactiveHeader).title);
  const footer = words(data.footer);
  const buttons = Array.isArray(data.dynamicReplyButtons)
    ? list(data.dynamicReplyButtons).map(replyButton)
    : Array.isArray(data.hydratedButtons)
      ? list(data.hydratedButtons).map(templateButton)
      : null;
  const isBusiness = buttons !== null || footer !== null || data.isFromTemplate === true;
  return {
    // A preview of a link also has a title.
    ...(isBusiness && title !== null && { title }),
    ...(isBusiness && footer !== null && { footer }),
    ...(buttons !== null && { buttons }),
  };
}

function interactiveOf(data: Data): Details {
  const title = words(object(data.interactiveHeader).title) ?? words(data.title);
  const footer = words(data.footer);
  const cards = list(data.carouselCardsParsed).map(cardOf);
  const payload = object(data.interactivePayload);
  return {
    ...(title !== null && { title }),
    ...(footer !== null && { footer }),
    ...(cards.length > 0 ? { cards } : flowOf(list(payload.buttons))),
  };
}

/** The form of an answer to a native flow (WAWebE2EProtoUtils.getInteractiveResponsePayload). */
function formOf(payload: Data): string | null {
  const { paramsJson, nativeFlowResponseMessage } = payload;
  return words(paramsJson) ?? words(object(nativeFlowResponseMessage).paramsJson);
}

/** `unreadable` is our own mark (library/readable.ts, page/readable.ts). */
const WHY: ReadonlyMap<unknown, 'phone_only' | 'unreadable'> = new Map([
  ['phone_only_feature', 'phone_only'],
  ['unreadable', 'unreadable'],
]);

/** The parts of the types that have some. */
const BY_TYPE: Readonly<Record<string, (data: Data, body: string) => Details>> = {
  location: placeOf,
  live_location: placeOf,
  vcard: (data, body) => ({ vcards: [text(data.body) || body] }),
  multi_vcard: ({ vcardList }) => ({ vcards: list(vcardList).map(({ vcard }) => text(vcard)) }),
  poll_creation: (data) => ({
    question: words(data.pollName),
    options: list(data.pollOptions).map(({ name }) => text(name)),
    multiple: data.pollSelectableOptionsCount === 0,
  }),
  poll_result_snapshot: (data) => ({
    question: words(data.pollName),
    results: list(object(data.pollVotesSnapshot).pollVotes).map(({ optionName, optionVoteCount }) => ({
      option: text(optionName),
      votes: count(optionVoteCount),
    })),
  }),
  list({ list: whole, ...data }) {
    const { title, buttonText, sections, productListInfo } = object(whole);
    const products = list(object(productListInfo).productSections).map((section) => ({
      title: text(section.title),
      rows: list(section.products).map(({ productId }) => ({
        id: text(productId),
        title: text(productId),
        description: '',
      })),
    }));
    const footer = words(data.footer);
    return {
      ...(words(title) !== null && { title: text(title) }),
      ...(footer !== null && { footer }),
      ...(words(buttonText) !== null && { listButton: text(buttonText) }),
      sections: [...sectionsOf(sections), ...products],
    };
  },
  interactive: interactiveOf,
  native_flow: (data) => ({
    ...businessOf(data),
    ...flowOf(
      list(data.nativeFlowButtons).map((button) => {
        const { name, paramsJson } = object(button.nativeFlowInfo);
        return button.nativeFlowInfo ? { name, buttonParamsJson: paramsJson } : button;
      }),
    ),
  }),
  buttons_response: (data, body) => ({
    choice: {
      id: words(data.selectedButtonId) ?? words(object(data.buttonsResponse).selectedButtonId),
      text: body,
      data: null,
    },
  }),
  template_button_reply: (data, body) => ({
    choice: { id: words(data.selectedId), text: body, data: null },
  }),
  list_response: ({ listResponse }, body) => {
    const { title, singleSelectReply } = object(listResponse);
    const id = words(object(singleSelectReply).selectedRowId);
    return { choice: { id, text: text(title) || body, data: null } };
  },
  interactive_response: ({ interactivePayload }, body) => {
    const data = formOf(object(interactivePayload));
    return { choice: { id: words(json(data).id), text: body, data } };
  },
  event_creation: (data) => {
    const place = object(data.eventLocation);
    return {
      event: {
        name: text(data.eventName),
        description: words(data.eventDescription),
        startsAt: instant(data.eventStartTime),
        endsAt: instant(data.eventEndTime),
        place: words(place.name) ?? words(place.address),
        callLink: words(data.eventJoinLink),
        cancelled: data.isEventCanceled === true,
      },
    };
  },
  groups_v4_invite: (data) => ({
    groupInvite: {
      groupId: wid(data.inviteGrp),
      name: text(data.inviteGrpName),
      code: text(data.inviteCode),
      expiresAt: instant(data.inviteCodeExp),
    },
  }),
  newsletter_admin_invite: ({ newsletterAdminInviteInfo }) => channelOf(newsletterAdminInviteInfo, 'admin'),
  newsletter_follower_invite: ({ newsletterFollowerInviteInfo }) =>
    channelOf(newsletterFollowerInviteInfo, 'follower'),
  product: (data) => ({
    product: {
      id: text(data.productId),
      name: text(data.title),
      description: words(data.description),
      price: thousandth(data.priceAmount1000),
      salePrice: thousandth(data.salePriceAmount1000),
      currency: words(data.currencyCode),
      retailerId: words(data.retailerId),
      url: words(data.url),
      seller: wid(data.businessOwnerJid) || null,
    },
  }),
  order: (data) => ({
    order: {
      id: text(data.orderId),
      token: words(data.token),
      title: text(data.orderTitle),
      items: count(data.itemCount),
      total: thousandth(data.totalAmount1000),
      currency: words(data.totalCurrencyCode),
      seller: wid(data.sellerJid) || null,
    },
  }),
  payment: (data) => ({
    payment: {
      kind: words(data.subtype),
      amount: thousandth(data.paymentAmount1000),
      currency: words(data.paymentCurrency),
    },
  }),
  call_log: (data) => ({
    call: {
      video: data.isVideoCall === true,
      outcome: words(data.callOutcome) ?? words(data.finalCallOutcome),
      seconds: number(data.callDuration),
    },
  }),
  'sticker-pack': (data) => ({
    stickerPack: {
      name: text(data.filename),
      publisher: words(data.stickerPackPublisher),
      stickers: Array.isArray(data.stickers) ? data.stickers.length : 0,
    },
  }),
  // WhatsApp Web sets the type of what it does not know, and of what only the phone may show (WAWebFormatUnknownMsg).
  unknown: ({ futureproofType, subtype }) => ({
    hidden: {
      type: words(futureproofType) ?? 'unknown',
      why: WHY.get(subtype) ?? 'unsupported',
    },
  }),
};

function placeOf(data: Data): Details {
  return { latitude: number(data.lat), longitude: number(data.lng), url: words(data.clientUrl) };
}

function channelOf(info: unknown, as: 'admin' | 'follower'): Details {
  const { newsletterId, newsletterJid, newsletterName, inviteExpiration } = object(info);
  return {
    channelInvite: {
      channelId: wid(newsletterId) || wid(newsletterJid),
      name: text(newsletterName),
      as,
      expiresAt: instant(inviteExpiration),
    },
  };
}

/** A part of an album refers to it by its key (WAWebMessageAssociation.flow). */
function albumOf({ associationType, parentMsgKey }: Data): Details {
  const id = text(object(parentMsgKey).id);
  return associationType === 'MEDIA_ALBUM' && id !== '' ? { album: escapeId(id) } : {};
}

/** WAWebNonJidMentionType.MENTION_ALL is the first bit. */
const isForAll = ({ nonJidMentions }: Data): boolean => count(nonJidMentions) % 2 === 1;

/** The parts of a message; null when it has none. */
export function detailsOf({ type, body, _data: data = {} }: LibraryMessage): Details | null {
  const own = Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type]?.(data, text(body)) : businessOf(data);
  const details: Details = {
    ...own,
    ...albumOf(data),
    ...(data.isGif === true && { gif: true as const }),
    ...(data.isViewOnce === true && { viewOnce: true as const }),
    ...(isForAll(data) && { mentionsAll: true as const }),
  };
  return Object.keys(details).length === 0 ? null : details;
}
