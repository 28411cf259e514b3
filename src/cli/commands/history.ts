// `wactl history`: reads older messages of a chat, also from the phone.
import { Fault } from '../../protocol/fault.js';
import type { Answered } from '../../protocol/types.js';
import { command } from '../command.js';
import { whole } from '../listing.js';
import { renderHistory } from '../render/history.js';
import { when } from '../render/time.js';

/** One request to the phone. A step answers within a minute, unless the phone does not. */
const STEP = 50;
const STEP_MS = 310_000;
const MOST = 100_000;

export const history = command({
  name: 'history',
  group: 'Messages and events',
  does: 'read older messages of a chat, also from the phone',
  notes:
    'Each message that was not reported before becomes an event `message.history`. Nothing is reported\n' +
    'twice: after Ctrl-C or a restart, the same command continues. The phone has to be online.',
  args: [{ name: 'CHAT', required: true, does: 'phone number with country code, or chat id' }],
  options: {
    count: { type: 'text', value: 'N', does: 'how many to report (default: 50)' },
    before: { type: 'text', value: 'KEY', does: 'only messages before this one' },
  },
  examples: [
    ["wactl history '+55 11 90000-0002' --count 500", 'ten requests to the phone'],
    ['wactl events --from oldest --type message.history', 'read them'],
  ],
  async run({ ask, args: [chat = ''], options: { count, before }, show, note, timeoutMs }) {
    const wanted = Math.max(whole('count', count, MOST) ?? STEP, 1);
    let fetched = 0;
    let known = 0;
    let sum: Answered<'history.fetch'> | undefined;
    let next = before;
    for (;;) {
      let step: Answered<'history.fetch'>;
      try {
        step = await ask(
          'history.fetch',
          { chat, count: Math.min(wanted - fetched, STEP), ...(next === undefined ? {} : { before: next }) },
          { timeoutMs: timeoutMs ?? STEP_MS },
        );
      } catch (error) {
        // Some were reported by earlier steps, so this is how far it came.
        if (sum === undefined || Fault.of(error).kind !== 'phone_unreachable') throw error;
        step = { ...sum, fetched: 0, known: 0, end: 'phone_silent' };
      }
      fetched += step.fetched;
      known += step.known;
      sum = { ...step, fetched, known };
      if (step.end !== 'count' || fetched >= wanted) break;
      next = step.next ?? undefined;
      note(`${fetched} of ${wanted}, back to ${step.oldest === null ? 'now' : when(step.oldest)}`);
    }
    const found = sum;
    show(found, () => renderHistory(found));
    return 0;
  },
});
