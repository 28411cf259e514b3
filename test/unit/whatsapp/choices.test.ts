/** Which button or row an answer names: the sender of a message chooses their texts and their ids. */
import t from 'tap';
import { makeChoices } from '../../../src/whatsapp/page/choices.js';
import type { BaseTools } from '../../../src/whatsapp/page/tools.js';

const refuse = (kind: string, why: string): never => {
  throw new Error(`${kind}: ${why}`);
};
const { answerTo } = makeChoices({ refuse } as unknown as BaseTools);

const listOf = (...rows: readonly (readonly [id: string, title: string])[]) => ({
  list: { sections: [{ rows: rows.map(([rowId, title]) => ({ rowId, title })) }] },
});
const chosen = (msg: object, wanted: string): unknown => {
  const { listResponse } = answerTo(msg as never, wanted) as { listResponse: { singleSelectReply: object } };
  return (listResponse.singleSelectReply as { selectedRowId: unknown }).selectedRowId;
};

t.test('a row is named by its text, its id or its place', async (t) => {
  const menu = listOf(['r1', 'Margherita'], ['r2', 'Marinara']);
  t.same(
    ['Marinara', 'r2', '#2'].map((wanted) => chosen(menu, wanted)),
    ['r2', 'r2', 'r2'],
  );
  for (const wanted of ['#0', '#3', '#', 'R2', '']) t.throws(() => chosen(menu, wanted), /^not_allowed/);
});

t.test('the text that people see goes before the id of another row, and a place before both', async (t) => {
  const menu = listOf(['No', 'Yes'], ['Yes', 'No'], ['r3', '#1']);
  t.equal(chosen(menu, 'Yes'), 'No');
  t.equal(chosen(menu, 'No'), 'Yes');
  t.equal(chosen(menu, '#1'), 'No');
  t.equal(chosen(menu, 'r3'), 'r3');
});

t.test('a name of two rows is refused with their places', async (t) => {
  const menu = listOf(['a', 'Yes'], ['b', 'No'], ['c', 'Yes'], ['d', 'x'], ['d', 'y']);
  t.throws(() => chosen(menu, 'Yes'), /^not_allowed.* more than once: .* #1, #3/);
  t.throws(() => chosen(menu, 'd'), /not_allowed.* #4, #5/);
  t.equal(chosen(menu, '#3'), 'c');
});
