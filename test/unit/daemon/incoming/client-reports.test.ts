/** Events about people of whom little is known wait for the page's answer, in their order and in bounded number. */
import t, { type Test } from 'tap';
import { Feed } from '../../../../src/daemon/events/feed.js';
import { ClientReports, type ClientReportsOptions } from '../../../../src/daemon/incoming/client-reports.js';
import { People } from '../../../../src/daemon/incoming/people.js';
import type { PeopleKnown } from '../../../../src/session/port.js';
import { keepLines } from '../../log/lines.js';
import { opened, scratch } from '../../store/scratch.js';
import { until } from '../outgoing/sending.js';

const idOf = (n: number): string => `${155_500_020_000 + n}@c.us`;
const NOBODY: PeopleKnown = { pairs: [], names: [] };

/** Reports of reactions; `answers` are the questions that the page has not answered. */
function reporting(t: Test) {
  const store = opened(t, scratch(t));
  const log = keepLines();
  const feed = new Feed({ account: 'test', store, log });
  const asked: (readonly string[])[] = [];
  const answers: ((known: PeopleKnown) => void)[] = [];
  const people = new People({
    ...{ store, log, learnt: () => undefined },
    ask: (ids) => {
      asked.push(ids);
      return new Promise((resolve) => answers.push(resolve));
    },
  });
  const outbox = { announce: () => undefined };
  const reports = new ClientReports({ feed, store, people, outbox } as unknown as ClientReportsOptions);
  const react = (n: number): void =>
    reports.take({
      type: 'happened',
      event: 'message.reaction',
      data: {
        ...{ key: `false_${idOf(n)}_A`, messageId: 'A', chatId: idOf(n), from: idOf(n) },
        ...{
          author: null,
          fromMe: false,
          emoji: String(n),
          vote: null,
          timestamp: '2026-01-01T00:00:00.000Z',
        },
      },
    } as never);
  /** What was written, in its order. */
  const written = async (): Promise<string[]> => {
    await feed.settled();
    return store.journal.page({ after: 0, limit: 10_000 }).events.map(({ data }) => String(data.emoji));
  };
  const first = store.journal.last;
  const count = (): number => store.journal.last - first;
  return { asked, answers, react, written, count };
}

t.test('the page is asked once for all that wait, and they keep their order', async (t) => {
  const { asked, answers, react, written, count } = reporting(t);
  react(0);
  await until(() => asked.length === 1);
  for (const n of [1, 2, 3]) react(n);
  t.same(await written(), []);
  answers[0]?.(NOBODY);
  await until(() => asked.length === 2);
  t.same(asked, [[idOf(0)], [1, 2, 3].map(idOf)]);
  t.same(await written(), ['0']);
  answers[1]?.(NOBODY);
  await until(() => count() === 4);
  t.same(await written(), ['0', '1', '2', '3']);
});

t.test('no more than 256 wait for a page that does not answer; then all are written', async (t) => {
  const { asked, react, written } = reporting(t);
  for (let n = 0; n < 257; n += 1) react(n);
  t.equal((await written()).length, 257);
  t.same(
    await written(),
    Array.from({ length: 257 }, (_, n) => String(n)),
  );
  t.same(asked, [[idOf(0)]], 'one question');
  react(300);
  t.equal((await written()).length, 257, 'the next one waits');
});
