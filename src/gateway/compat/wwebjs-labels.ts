// wwebjs-api's routes of labels.
import { Fault } from '../../protocol/fault.js';
import { type Label, labelsOf, MOST_LABELS, SETTING, setLabelsOfAll } from './labels.js';
import { chatObject, labelObject } from './library-objects.js';
import { type Row, rowsOf, type Served } from './row.js';
import { sessionOf } from './wwebjs-sessions.js';

const { call, work } = rowsOf(sessionOf);

function labelWith(labels: readonly Label[], id: string): object {
  const label = labels.find((one) => one.id === id);
  if (label === undefined) throw new Fault('no_such_label');
  return labelObject(label);
}

const labelsOfChat = (path: string, field: string): Served =>
  work('POST', `${path}/{sessionId}`, ['chat.get', 'label.list'], async ({ body }, door, account) => ({
    success: true,
    [field]: (await labelsOf(door, account, body.text('chatId'))).map(labelObject),
  }));

/** @param field the name of the chats in the body */
const changeLabels = (path: string, field: string): Served =>
  work(
    'POST',
    `${path}/{sessionId}`,
    ['chat.get', 'label.assign'],
    async ({ body }, door, account) => {
      await setLabelsOfAll(door, account, body.texts(field), body.texts('labelIds'));
      return { success: true };
    },
    { differs: `${SETTING}${field === 'chatIds' ? ' At most 64 chats.' : ''}` },
  );

export const WWEBJS_LABELS: readonly Row[] = [
  call('POST', '/client/getLabels/{sessionId}', 'label.list', {
    params: () => MOST_LABELS,
    answer: ({ labels }) => ({ success: true, labels: labels.map(labelObject) }),
  }),
  call('POST', '/client/getLabelById/{sessionId}', 'label.list', {
    params: () => MOST_LABELS,
    answer: ({ labels }, { body }) => ({ success: true, label: labelWith(labels, body.text('labelId')) }),
  }),
  labelsOfChat('/client/getChatLabels', 'chatLabels'),
  labelsOfChat('/chat/getLabels', 'labels'),
  call(
    'POST',
    '/client/getChatsByLabelId/{sessionId}',
    'chat.list',
    {
      params: ({ body }) => ({ label: body.text('labelId'), limit: 1_000 }),
      answer: ({ chats }) => ({ success: true, chats: chats.map(chatObject) }),
    },
    { differs: 'At most 1000.' },
  ),
  changeLabels('/client/addOrRemoveLabels', 'chatIds'),
  changeLabels('/chat/changeLabels', 'chatId'),
];
