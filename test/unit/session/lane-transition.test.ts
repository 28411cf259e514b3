/** The transitions of a lane, for each answer of page and disk to the first message and the ones behind it. */
import t from 'tap';
import { Fault } from '../../../src/protocol/fault.js';
import {
  type Answer,
  EMPTY,
  type Lane,
  type LaneEffect,
  type LaneEvent,
  type Marked,
  merged,
  roomBehind,
} from '../../../src/session/lane.js';
import { WAITS_MS } from '../../../src/session/lane-doubt.js';
import { nextLane } from '../../../src/session/lane-transition.js';
import type { DeliveryResult } from '../../../src/session/send-outcome.js';

const message = (seq: number, attempts = 1): Marked => ({ id: `m${seq}`, seq, attempts });
const [A, B, C] = [message(1), message(2), message(3)];

/** A lane that receives events one at a time. Page 1 is ready unless the test sets another. */
class Play {
  lane: Lane = EMPTY;
  effects: readonly LaneEffect[] = [];
  atMs = 0;
  page: number | null = 1;

  post(...events: LaneEvent[]): this {
    for (const event of events) {
      const next = nextLane(this.lane, event, { atMs: this.atMs, page: this.page });
      this.lane = next.lane;
      this.effects = next.effects;
    }
    return this;
  }
  said(said: DeliveryResult): this {
    return this.post({ type: 'result', result: said });
  }
  answered(answer: Answer): this {
    return this.post({ type: 'answered', answer });
  }
  turn(marked: Marked): this {
    return this.post({ type: 'turn', message: marked });
  }
  row(of: Marked, state: Extract<LaneEvent, { type: 'row' }>['state'], ...staged: Marked[]): this {
    return this.post({ type: 'row', message: of, state, staged });
  }
  noted(of: Marked, state: Extract<LaneEvent, { type: 'noted' }>['state']): this {
    return this.post({ type: 'noted', message: of, state });
  }
  /** The end of the wait that the lane is in. */
  waited(): this {
    const { work } = this.lane;
    if (work.at !== 'waiting') throw new Error(`the lane is ${work.at}`);
    return this.post({ type: 'waited', doubt: work.doubt });
  }
  pageIs(page: number | null): this {
    this.page = page;
    return this.post({ type: 'page' });
  }
  get at(): string {
    return this.lane.work.at;
  }
  /** The effects, in words. */
  get does(): string[] {
    return this.effects.map((effect) => {
      if (effect.do === 'deliver') return `${effect.attempt.way} ${effect.attempt.id}`;
      if (effect.do === 'ask') return `ask ${effect.message.id}`;
      if (effect.do === 'wait') return `wait ${effect.ms}`;
      return effect.do === 'note' ? `note ${effect.message.id} ${effect.note.event.type}` : effect.do;
    });
  }
}

const FOUND = { as: 'found', ack: 0, nack: null, stranded: false } as const;
const error = new Fault('send_failed');

const ENDS: readonly (readonly [said: DeliveryResult, does: string, at: string])[] = [
  [{ as: 'sent', ack: 1 }, 'note m1 accepted', 'noting'],
  [{ as: 'accepted' }, '', 'awaiting'],
  [{ as: 'refused', nack: 463 }, 'note m1 accepted', 'noting'],
  [{ as: 'failed', error }, 'note m1 absent', 'noting'],
  [{ as: 'again', way: 'send', error }, 'note m1 submit', 'marking'],
  [{ as: 'again', way: 'resend', error }, 'note m1 submit', 'marking'],
  [{ as: 'unknown' }, 'note m1 lost', 'noting'],
  [{ as: 'no-page' }, 'note m1 returned', 'noting'],
  [{ as: 'elsewhere', chatId: '15550003333@c.us' }, 'note m1 returned', 'noting'],
  [{ as: 'gone' }, 'scan', 'idle'],
];

t.test('each outcome of a call has its effects and its next step', async (t) => {
  for (const [said, does, at] of ENDS) {
    const play = new Play().turn(A).said(said);
    t.equal(play.does.join(', '), does, said.as);
    t.equal(play.at, at, said.as);
  }
});

t.test(
  'a staged message is sent at once after a sent one, and returns to the queue after any other outcome',
  async (t) => {
    for (const [said] of ENDS) {
      const play = new Play().turn(A).row(A, 'sending', B);
      t.equal(roomBehind(play.lane), 0);
      play.said(said);
      const goes = play.does.includes('send m2');
      t.equal(goes, said.as === 'sent', said.as);
      t.same(play.lane.staged, goes ? [] : [B], said.as);
    }
  },
);

t.test('an ack before the end of the call: the next message is sent when the call ends', async (t) => {
  const play = new Play().turn(A).row(A, 'sent', B);
  t.same([play.at, ...play.does], ['delivering']);
  t.same(play.said({ as: 'accepted' }).does, ['send m2']);
  t.same(
    new Play().turn(A).row(A, 'sent').said({ as: 'unknown' }).does,
    ['scan'],
    'an acked message is not in doubt when its call ends as unknown',
  );
  t.same(new Play().turn(A).row(A, 'failed', B).said({ as: 'accepted' }).does, ['scan']);
});

t.test('the message after the next one is staged too, in the order of acceptance', async (t) => {
  const play = new Play().turn(A).said({ as: 'sent', ack: 1 });
  t.equal(roomBehind(play.lane), 2);
  play.row(A, 'sent', B, C).noted(A, 'sent');
  t.same(play.does, ['send m2']);
  t.same(play.lane.staged, [C]);
  t.equal(roomBehind(play.lane), 0);
});

t.test('a page that drops a message silently is given it three times in all', async (t) => {
  const play = new Play().turn(A);
  for (const way of ['send', 'resend'] as const) {
    t.same(play.said({ as: 'again', way, error }).does, ['note m1 submit']);
    t.same(play.noted(A, 'sending').does, [`${way} m1`]);
  }
  t.same(play.said({ as: 'again', way: 'send', error }).does, ['note m1 absent']);
  t.match(play.effects[0], { note: { error } }, 'the reason that the page gave');
});

t.test('a message acked while its resend is being written is not sent again', async (t) => {
  const play = new Play().turn(A).said({ as: 'again', way: 'send', error });
  t.same([...play.row(A, 'sent').noted(A, 'sent').does, play.at], ['scan', 'idle']);
});

t.test(
  'without a page, a new message returns to the queue, and one that a page may have is in doubt',
  async (t) => {
    const first = new Play().turn(A).said({ as: 'no-page' });
    t.same(first.row(A, 'queued').noted(A, 'queued').does, ['rest']);
    t.equal(first.lane.paced, 'm1', 'it does not wait for the pace a second time');
    t.same(first.post({ type: 'rested' }).does, ['scan']);
    t.equal(first.row(A, 'cancelled').lane.paced, null);
    const second = new Play().turn(message(1, 2)).said({ as: 'no-page' });
    t.same(second.does, ['note m1 lost']);
    t.equal(second.lane.paced, null);
  },
);

/** A lane whose first message has an unknown outcome; the page is being asked. */
const unknown = () => new Play().turn(A).said({ as: 'unknown' }).row(A, 'unknown').noted(A, 'unknown');

t.test(
  'a page that cannot say an outcome is asked again with growing waits, then the lane goes on',
  async (t) => {
    const play = unknown();
    t.same(play.does, ['ask m1']);
    for (const ms of WAITS_MS) {
      t.same([...play.answered({ as: 'silent' }).does, play.at], [`wait ${ms}`, 'waiting']);
      t.same(play.turn(B).does, ['scan'], 'no later message is sent');
      t.same(play.row(B, 'queued').lane.staged, []);
      t.same(play.post({ type: 'tick' }).does, []);
      t.same(play.waited().does, ['ask m1']);
    }
    t.equal(
      WAITS_MS.reduce((sum, ms) => sum + ms, 0),
      30_000,
      'docs/sending.md names the sum',
    );
    t.same(
      play.answered({ as: 'silent' }).does,
      ['note m1 lost'],
      'a row that still says sending blocks nobody',
    );
    t.same(play.noted(A, 'unknown').does, ['scan'], 'a page that cannot answer delays others for so long');
    t.match(play.lane.doubts, [{ id: 'm1', seq: 1 }]);
    play.turn(B).said({ as: 'sent', ack: 1 }).row(B, 'sent');
    t.same(play.noted(B, 'sent').does, ['scan'], 'the page is not asked again before each message');
    t.same(play.post({ type: 'tick' }).does, ['ask m1']);
    t.same(play.answered({ as: 'lacking' }).does, ['note m1 again']);
    t.same(
      play.row(A, 'queued').noted(A, 'queued').does,
      ['rest'],
      'the retry waits, so there is no tight loop',
    );
  },
);

t.test('what is learnt during the wait ends it at once', async (t) => {
  const waiting = () => unknown().answered({ as: 'silent' });
  t.same(waiting().row(A, 'delivered').does, ['scan'], 'the ack arrives');
  t.same(waiting().row(A, 'failed').does, ['scan'], 'a person decides');
  t.same(waiting().row(C, 'queued').does, [], 'a change of another message is not what it waits for');
  t.same(waiting().pageIs(2).does, ['ask m1'], 'another page may know it');
  const gone = waiting().pageIs(null);
  t.same([...gone.waited().does, gone.at], ['scan', 'idle'], 'no page can be asked');
  t.same(gone.pageIs(2).does, ['ask m1']);
  const late = waiting();
  late.post({ type: 'waited', doubt: { id: 'm1', seq: 1, silences: 0 } });
  t.equal(late.at, 'waiting', 'the end of an earlier wait');
});

t.test('a message of another account holds nobody back: no page can be asked about it', (t) => {
  const play = unknown().answered({ as: 'foreign' });
  t.same(play.does, ['note m1 lost']);
  t.same(play.noted(A, 'unknown').does, ['scan']);
  t.end();
});

t.test('the bound on the waits holds for a message, not for a page', async (t) => {
  const play = unknown();
  for (let page = 2; page <= WAITS_MS.length + 1; page += 1)
    t.same(play.answered({ as: 'silent' }).pageIs(page).does, ['ask m1']);
  t.same(play.answered({ as: 'silent' }).noted(A, 'unknown').does, ['scan']);
  t.same(play.pageIs(9).does, ['ask m1'], 'each new page is asked before others are sent');
  t.same(play.answered({ as: 'silent' }).noted(A, 'unknown').does, ['scan'], 'and delays nobody more');
});

t.test('a message that becomes unknown while a page is ready is asked about first', async (t) => {
  const play = new Play().pageIs(1);
  t.same(play.row(A, 'unknown').does, ['ask m1']);
  t.same(play.answered({ as: 'lacking' }).does, ['note m1 again']);
  const refused = new Play().turn(A).said({ as: 'again', way: 'send', error });
  t.same(
    refused.post({ type: 'unwritten', message: A }).turn(B).does,
    ['scan', 'ask m1'],
    'nothing overtakes it',
  );
});

t.test(
  'an answer that the disk refuses counts as none, so the others are not held back for ever',
  async (t) => {
    const play = unknown();
    for (const ms of WAITS_MS) {
      t.same(play.answered({ as: 'lacking' }).does, ['note m1 again']);
      t.same(play.post({ type: 'unwritten', message: A }).does, [`wait ${ms}`]);
      play.waited();
    }
    play.answered({ as: 'lacking' });
    t.same(play.post({ type: 'unwritten', message: A }).does, ['rest']);
    t.same(play.post({ type: 'rested' }).does, ['scan']);
  },
);

t.test(
  'a page that becomes ready is asked about every message in doubt, in order, before anything is sent',
  async (t) => {
    const play = new Play().pageIs(null);
    for (const one of [B, A, C]) play.row(one, 'unknown');
    t.same(play.pageIs(2).does, ['ask m1']);
    t.same(play.answered({ ...FOUND, ack: 1 }).does, ['note m1 accepted']);
    t.same(play.row(A, 'sent').noted(A, 'sent').does, ['ask m2']);
    t.same(play.answered(FOUND).does, ['note m2 accepted'], 'the page is still sending it');
    t.same(play.noted(B, 'sending').does, ['ask m3']);
    t.same(play.answered({ as: 'lacking' }).does, ['note m3 again'], 'it waits behind the second message');
    t.same([...play.row(C, 'queued').noted(C, 'queued').does, play.at], ['awaiting']);
    t.same(play.row(B, 'sent').does, ['scan']);
  },
);

t.test("a message found in the page's store waits until the one before it is sent", async (t) => {
  const play = new Play().pageIs(null).row(A, 'unknown').row(B, 'unknown').pageIs(2);
  play.answered(FOUND).noted(A, 'sending');
  t.same([...play.answered({ ...FOUND, stranded: true }).does, play.at], ['awaiting']);
  t.match(play.lane.doubts, [{ id: 'm2', seq: 2 }]);
  t.same(play.row(A, 'sent').does, ['ask m2'], 'it goes before any message accepted after it');
  t.same(play.answered({ ...FOUND, stranded: true }).does, ['note m2 submit']);
});

t.test(
  'a message that a page found in its store is resent, because no page resends it by itself',
  async (t) => {
    const play = new Play()
      .pageIs(null)
      .row(A, 'unknown')
      .pageIs(2)
      .answered({ ...FOUND, stranded: true });
    t.same(play.does, ['note m1 submit']);
    t.same(play.noted(A, 'sending').does, ['resend m1']);
    t.same(play.said({ as: 'accepted' }).at, 'awaiting');
  },
);

t.test('a message without an ack for 30 s is resent once by each page that has it', async (t) => {
  const play = new Play().turn(A).said({ as: 'accepted' });
  const tick = (ms: number) => {
    play.atMs += ms;
    return play.post({ type: 'tick' }).answered(FOUND).does;
  };
  t.same([...tick(29_000), play.at], ['awaiting']);
  t.same(tick(2_000), ['note m1 submit']);
  t.same(play.noted(A, 'sending').said({ as: 'accepted' }).at, 'awaiting');
  t.match(play.lane.work, { flight: { sinceMs: 0 } }, 'its age still counts from the first send');
  t.same([...tick(60_000), play.at], ['awaiting']);
  t.same(play.pageIs(2).answered(FOUND).does, ['note m1 submit'], 'the next page resends it once');
});

t.test(
  'a message that its page lacks now may have been deleted, so only another page sends it again',
  async (t) => {
    const play = new Play()
      .turn(A)
      .said({ as: 'accepted' })
      .post({ type: 'tick' })
      .answered({ as: 'lacking' });
    t.same([...play.does, play.at], ['awaiting']);
    t.same(
      play.pageIs(2).answered({ as: 'silent' }).does,
      ['note m1 lost'],
      'no ack of the old page is awaited',
    );
    t.same(play.row(A, 'unknown').noted(A, 'unknown').does, ['wait 1000']);
    play.waited();
    t.same(play.answered({ as: 'lacking' }).does, ['note m1 again'], 'the next page never had it');
  },
);

t.test('an outcome that arrives while the page is asked takes precedence over the answer', async (t) => {
  const play = new Play().pageIs(null).row(A, 'unknown').pageIs(2).row(A, 'delivered');
  t.same(play.answered({ as: 'lacking' }).does, ['scan']);
});

t.test('a page that ends while it is asked: the next page is asked again', async (t) => {
  const play = new Play().pageIs(null).row(A, 'unknown').pageIs(2).pageIs(null).pageIs(3);
  t.same(play.answered({ as: 'lacking' }).does, ['ask m1']);
});

t.test(
  'the answer of a page that has ended counts only when it proves that the server has the message',
  async (t) => {
    const gone = (said: DeliveryResult) => new Play().turn(A).pageIs(2).said(said);
    t.same(gone({ as: 'accepted' }).does, ['ask m1']);
    t.same(gone({ as: 'again', way: 'send', error }).does, ['ask m1']);
    t.same(gone({ as: 'sent', ack: 1 }).does, ['note m1 accepted']);
    t.same(new Play().turn(A).row(A, 'sending', B).pageIs(2).said({ as: 'sent', ack: 1 }).lane.staged, [B]);
  },
);

t.test('a write that the disk refused is repeated, or the page is asked again', async (t) => {
  const noting = new Play().turn(A).said({ as: 'failed', error }).post({ type: 'unwritten', message: A });
  t.same(noting.does, []);
  t.same(noting.post({ type: 'tick' }).does, ['note m1 absent']);
  const other = noting.post({ type: 'unwritten', message: A }).row(A, 'sent');
  t.same(other.does, ['scan'], 'not when another outcome arrived meanwhile');
  const marking = new Play().turn(A).said({ as: 'again', way: 'send', error });
  marking.post({ type: 'unwritten', message: A });
  t.equal(marking.at, 'idle');
  t.same(marking.post({ type: 'tick' }).does, ['ask m1']);
  const ahead = new Play().turn(A).row(A, 'sending', B).said({ as: 'sent', ack: 1 });
  ahead.post({ type: 'unwritten', message: A }).said({ as: 'sent', ack: 1 }).row(B, 'sent').noted(B, 'sent');
  t.same(ahead.does, ['ask m1'], 'the page is asked before the next message is sent');
});

t.test('a turn that arrives after other work has begun goes back to the queue', async (t) => {
  for (const play of [new Play().turn(A), new Play().pageIs(null)]) {
    t.same(play.turn(B).does, ['scan']);
    t.same(play.lane.staged, [B]);
    t.same(play.row(B, 'queued').lane.staged, []);
  }
});

t.test('two lanes of one person are merged without losing their state', async (t) => {
  const one = new Play().turn(B);
  const other = new Play().pageIs(null).row(C, 'unknown').row(A, 'unknown');
  const both = merged(one.lane, other.lane);
  t.equal(both.work.at, 'delivering');
  t.same(
    both.doubts.map(({ id }) => id),
    ['m1', 'm3'],
  );
  t.equal(both.askedBy, null, 'the merged lane counts as not asked about yet');
  const waiting = unknown().answered({ as: 'silent' });
  for (const lane of [merged(one.lane, waiting.lane), merged(waiting.lane, one.lane)])
    t.match(
      lane,
      { work: { at: 'delivering' }, doubts: [{ id: 'm1' }] },
      'the wait gives way to what is in flight',
    );
  for (const lane of [merged(EMPTY, waiting.lane), merged(waiting.lane, EMPTY)])
    t.equal(lane.work.at, 'waiting', 'the wait goes on');
});
