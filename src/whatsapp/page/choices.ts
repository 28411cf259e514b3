// Runs in the page: answers the buttons and lists of others, with the messages that the page itself sends for a press
// (WAWebSendButtonsMsgReplyChatAction, WAWebSendListMsgReplyChatAction and WAWebSendTextMsgChatAction, 2026-04-27).
import type { BaseTools } from './tools.js';

/** The attributes of a message of the page; senders choose their values. */
type Attributes = Readonly<Record<string, unknown>>;

interface Offered {
  readonly id: string;
  readonly text: string;
  /** The attributes of the answer. */
  readonly answer: Attributes;
}

export function makeChoices({ refuse }: BaseTools) {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const object = (value: unknown): Attributes =>
    typeof value === 'object' && value !== null ? (value as Attributes) : {};
  const list = (value: unknown): Attributes[] => (Array.isArray(value) ? value.map(object) : []);
  const parsed = (value: unknown): Attributes => {
    try {
      return object(JSON.parse(text(value)));
    } catch {
      return {};
    }
  };
  // Message$ButtonsResponseMessage$Type.DISPLAY_TEXT and Message$ListResponseMessage$ListType.SINGLE_SELECT.
  const DISPLAY_TEXT = 1;
  const SINGLE_SELECT = 1;

  const template = (id: string, label: string, selectedIndex: number): Offered => ({
    id,
    text: label,
    answer: { type: 'template_button_reply', selectedId: id, selectedIndex, body: label },
  });

  /** Everything that can be chosen, in the order in which it is shown. */
  const offersOf = (msg: Attributes): Offered[] => [
    ...list(msg.dynamicReplyButtons).map(({ buttonId, buttonText }) => {
      const [id, label] = [text(buttonId), text(object(buttonText).displayText)];
      return {
        id,
        text: label,
        answer: {
          type: 'buttons_response',
          kind: 'buttonsResponse',
          buttonsResponse: { selectedButtonId: id, selectedDisplayText: label, type: DISPLAY_TEXT },
          body: label,
        },
      };
    }),
    ...list(msg.hydratedButtons).flatMap(({ quickReplyButton, index }, place) => {
      if (!quickReplyButton) return [];
      const { id, displayText } = object(quickReplyButton);
      return [template(text(id), text(displayText), typeof index === 'number' ? index : place)];
    }),
    ...list(object(msg.list).sections)
      .flatMap(({ rows }) => list(rows))
      .map((row) => {
        const [id, title, description] = [text(row.rowId), text(row.title), text(row.description)];
        return {
          id,
          text: title,
          answer: {
            type: 'list_response',
            kind: 'listResponse',
            listResponse: {
              listType: SINGLE_SELECT,
              title,
              description,
              singleSelectReply: { selectedRowId: id },
            },
            body: `${title}\n${description}`,
          },
        };
      }),
    ...list(object(msg.interactivePayload).buttons).flatMap(({ name, buttonParamsJson }, place) => {
      if (name !== 'quick_reply') return [];
      const { id, display_text: label } = parsed(buttonParamsJson);
      return [template(text(id), text(label), place)];
    }),
  ];

  return {
    /**
     * A text goes before an id: people choose by the text that they see, and the sender of the message chooses both.
     * @param wanted a place as `#2`, a text, or an id
     */
    answerTo(msg: Attributes, wanted: string): Attributes {
      const offers = offersOf(msg);
      const place = offers[Number(/^#(\d{1,4})$/.exec(wanted)?.[1] ?? 0) - 1];
      const texts = offers.filter((offer) => offer.text === wanted);
      const ids = offers.filter(({ id }) => id === wanted);
      const named = place !== undefined ? [place] : texts.length > 0 ? texts : ids;
      const [chosen] = named;
      if (chosen === undefined) {
        const all = offers.map((offer) => offer.text).join(', ');
        const why = all === '' ? 'offers no choice' : `has no choice "${wanted}"; it has: ${all}`;
        return refuse('not_allowed', `The message ${why.slice(0, 1_000)}.`);
      }
      if (named.length > 1) {
        const places = named.map((one) => `#${offers.indexOf(one) + 1}`).join(', ');
        const why = `has "${wanted}" more than once: choose by its place, ${places}`;
        return refuse('not_allowed', `The message ${why.slice(0, 1_000)}.`);
      }
      return { ...chosen.answer, viewMode: 'VISIBLE' };
    },
  };
}

export type Choices = ReturnType<typeof makeChoices>;
