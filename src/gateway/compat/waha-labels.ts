// WAHA's routes of labels.
import { Fault } from '../../protocol/fault.js';
import type { Asked } from '../../protocol/types.js';
import { colorOf } from '../../webhook/label-colors.js';
import { wahaLabel } from '../../webhook/waha.js';
import type { Fields } from './fields.js';
import { given } from './given.js';
import { labelsOf, MOST_LABELS, SETTING, setLabels } from './labels.js';
import { chatObject } from './library-objects.js';
import { type Request, type Row, rowsOf } from './row.js';
import { sessionOf } from './waha-sessions.js';

const { call, work } = rowsOf(sessionOf);
const AT = '/api/{session}/labels';

const labelOf = ({ names }: Request): { label: string } => ({ label: names.labelId ?? '' });

/** A colour is a number, or a hex value of the palette. @throws Fault invalid_params */
function colorIn(body: Fields): number | undefined {
  const color = body.count('color');
  const hex = body.optional('colorHex');
  if (color !== undefined || hex === undefined) return color;
  const found = colorOf(hex);
  if (found === undefined)
    throw new Fault('invalid_params', { reason: '"colorHex" must be a colour of the palette', hint: null });
  return found;
}

export const WAHA_LABELS: readonly Row[] = [
  call('GET', AT, 'label.list', { params: () => MOST_LABELS, answer: ({ labels }) => labels.map(wahaLabel) }),
  call(
    'POST',
    AT,
    'label.create',
    {
      params: ({ body }) => given({ name: body.text('name'), color: colorIn(body) }) as Asked<'label.create'>,
      answer: wahaLabel,
    },
    { success: 201, since: '2026.1', differs: 'Without a colour, a free one is chosen.' },
  ),
  call(
    'PUT',
    `${AT}/{labelId}`,
    'label.update',
    {
      params: (request) =>
        given({
          ...labelOf(request),
          name: request.body.optional('name'),
          color: colorIn(request.body),
        }) as Asked<'label.update'>,
      answer: wahaLabel,
    },
    { since: '2026.1' },
  ),
  call(
    'DELETE',
    `${AT}/{labelId}`,
    'label.delete',
    { params: labelOf, answer: () => ({ result: true }) },
    { since: '2026.1' },
  ),
  work('GET', `${AT}/chats/{chatId}`, ['chat.get', 'label.list'], async ({ names }, door, account) =>
    (await labelsOf(door, account, names.chatId ?? '')).map(wahaLabel),
  ),
  work(
    'PUT',
    `${AT}/chats/{chatId}`,
    ['chat.get', 'label.assign'],
    ({ names, body }, door, account) =>
      setLabels(
        door,
        account,
        names.chatId ?? '',
        body.objects('labels').map((label) => label.text('id')),
      ),
    { differs: SETTING },
  ),
  call(
    'GET',
    `${AT}/{labelId}/chats`,
    'chat.list',
    {
      params: (request) => ({ ...labelOf(request), limit: 1_000 }),
      answer: ({ chats }) => chats.map(chatObject),
    },
    { differs: 'Newest first, at most 1000.' },
  ),
];
