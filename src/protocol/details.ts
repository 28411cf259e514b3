// What a message carries besides its text: one optional part for each kind of content that WhatsApp has. A message has the
// parts that apply to it.
import { z } from 'zod';

const record = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape);
const words = (what: string) => z.string().nullable().describe(`${what} Null when the sender gave none.`);
const instantOrNull = (what: string) => z.iso.datetime().nullable().describe(what);

/** What a button does when a person presses it. */
export const BUTTON_ACTIONS = ['reply', 'url', 'call', 'copy', 'other'] as const;

export const buttonSchema = record({
  id: z.string().describe('The id by which an answer names it. Empty when it has none.'),
  text: z.string().describe('The text on it.'),
  action: z
    .enum(BUTTON_ACTIONS)
    .describe(
      '`reply`: sends an answer. `url`, `call`, `copy`: opens, calls or copies `value`. `other`: what only a phone can do.',
    ),
  value: z.string().nullable().describe('An address, a phone number or a code. Null for other actions.'),
});
export type Button = z.infer<typeof buttonSchema>;

export const sectionSchema = record({
  title: z.string().describe('The heading. Empty when it has none.'),
  rows: z
    .array(
      record({
        id: z.string().describe('The id by which an answer names it.'),
        title: z.string().describe('The text of the row.'),
        description: z.string().describe('The smaller text below it. Empty when it has none.'),
      }),
    )
    .describe('The rows, of which one can be chosen.'),
});
export type Section = z.infer<typeof sectionSchema>;

const money = (what: string) => z.number().nullable().describe(`${what} Null when the sender gave none.`);
const currency = () => words('The currency, as in ISO 4217.');

export const detailsSchema = record({
  latitude: z.number().nullable().optional().describe('Of a location: degrees north.'),
  longitude: z.number().nullable().optional().describe('Of a location: degrees east.'),
  url: z.string().nullable().optional().describe('Of a location: the address that the sender added.'),
  vcards: z.array(z.string()).optional().describe('Of a contact: the cards, as vCard text.'),
  question: z.string().nullable().optional().describe('Of a poll or its result: the question.'),
  options: z.array(z.string()).optional().describe('Of a poll: the options, in order.'),
  multiple: z.boolean().optional().describe('Of a poll: several options may be chosen.'),
  results: z
    .array(
      record({
        option: z.string().describe('The option.'),
        votes: z.int().describe('How many people chose it.'),
      }),
    )
    .optional()
    .describe('Of the result of a poll in a channel: the votes by option.'),
  title: z.string().optional().describe('Of a message of a business: its heading.'),
  footer: z.string().optional().describe('Of a message of a business: the small text at its end.'),
  buttons: z.array(buttonSchema).optional().describe('The buttons, in order.'),
  sections: z.array(sectionSchema).optional().describe('A list to choose from, by section.'),
  listButton: z.string().optional().describe('The text of the button that opens the list.'),
  cards: z
    .array(
      record({
        title: z.string().describe('The heading. Empty when it has none.'),
        body: z.string().describe('The text.'),
        footer: z.string().describe('The small text at its end. Empty when it has none.'),
        buttons: z.array(buttonSchema).describe('The buttons of this card.'),
      }),
    )
    .optional()
    .describe('The cards of a carousel, in order.'),
  choice: record({
    id: z.string().nullable().describe('The id of the button or row. Null when the answer has none.'),
    text: z.string().describe('The text of the button or row.'),
    data: z.string().nullable().describe('The filled-in form, as JSON text. Null when it is no form.'),
  })
    .optional()
    .describe('Of an answer to buttons or a list: what was chosen. `replyTo` names the question.'),
  event: record({
    name: z.string().describe('The name.'),
    description: words('The description.'),
    startsAt: instantOrNull('When it begins. Null when it cannot be read.'),
    endsAt: instantOrNull('When it ends. Null when the sender gave none.'),
    place: words('The place.'),
    callLink: words('The link of the call.'),
    cancelled: z.boolean().describe('True when it was cancelled.'),
  })
    .optional()
    .describe('Of an event: what, when and where.'),
  groupInvite: record({
    groupId: z.string().describe('The id of the group.'),
    name: z.string().describe('The name of the group.'),
    code: z.string().describe('The code of the invitation.'),
    expiresAt: instantOrNull('When it ends. Null when that is not known.'),
  })
    .optional()
    .describe('Of an invitation to a group.'),
  channelInvite: record({
    channelId: z.string().describe('The id of the channel.'),
    name: z.string().describe('The name of the channel.'),
    as: z.enum(['admin', 'follower']).describe('What the invitation makes of this account.'),
    expiresAt: instantOrNull('When it ends. Null when it does not end.'),
  })
    .optional()
    .describe('Of an invitation to a channel.'),
  product: record({
    id: z.string().describe('The id in the catalogue.'),
    name: z.string().describe('The name.'),
    description: words('The description.'),
    price: money('The price.'),
    salePrice: money('The reduced price.'),
    currency: currency(),
    retailerId: words("The seller's own number of it."),
    url: words('Its address on the web.'),
    seller: words('The id of the seller.'),
  })
    .optional()
    .describe('Of a product of a catalogue.'),
  order: record({
    id: z.string().describe('The id of the order.'),
    token: words('The token with which WhatsApp shows the order.'),
    title: z.string().describe('The title.'),
    items: z.int().describe('How many items it has.'),
    total: money('The sum.'),
    currency: currency(),
    seller: words('The id of the seller.'),
  })
    .optional()
    .describe('Of an order from a catalogue.'),
  payment: record({
    kind: words('What it is: `send` or `request`, or a word of WhatsApp.'),
    amount: money('The amount.'),
    currency: currency(),
  })
    .optional()
    .describe('Of a payment, or a request for one.'),
  call: record({
    video: z.boolean().describe('True for a video call.'),
    outcome: words('How it ended, in a word of WhatsApp.'),
    seconds: z.number().nullable().describe('How long it took. Null when that is not known.'),
  })
    .optional()
    .describe('Of a call in the chat.'),
  stickerPack: record({
    name: z.string().describe('The name.'),
    publisher: words('Who made it.'),
    stickers: z.int().describe('How many stickers it has.'),
  })
    .optional()
    .describe('Of a pack of stickers.'),
  album: z
    .string()
    .optional()
    .describe('Of a file in an album: the `messageId` of the album, a message of its own.'),
  gif: z.literal(true).optional().describe('True for a video that is played as a GIF.'),
  viewOnce: z.literal(true).optional().describe('True for a file that can be opened once.'),
  mentionsAll: z.literal(true).optional().describe('True when the text mentions everybody in the group.'),
  hidden: record({
    type: z.string().describe('What it is, in the word of WhatsApp; `unknown` when WhatsApp Web has none.'),
    why: z
      .enum(['phone_only', 'unsupported', 'unreadable'])
      .describe(
        '`phone_only`: WhatsApp shows it only on the phone. `unsupported`: this build of WhatsApp Web does not know it. `unreadable`: the message is malformed.',
      ),
  })
    .optional()
    .describe('Of a message of the type `unknown`: what cannot be shown, and why.'),
});
export type Details = z.infer<typeof detailsSchema>;
