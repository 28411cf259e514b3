// The life cycle of a lane as one pure function over one table: no I/O, no clock, no log. Every event is
// handled in every state; otherwise the table does not compile.
import type { At, Lane, LaneAt, LaneEvent, LaneEventOf, LaneNow, NextLane } from './lane.js';
import * as delivery from './lane-delivery.js';
import * as reconcile from './lane-reconcile.js';
import { become, settle, stay } from './lane-step.js';

type EventName = LaneEvent['type'];
type Cell<S extends At, E extends EventName> = (
  lane: LaneAt<S>,
  event: LaneEventOf<E>,
  now: LaneNow,
) => NextLane;

export const WORK = [
  ...([
    'idle',
    'checking',
    'marking',
    'delivering',
    'noting',
    'awaiting',
    'asking',
    'resting',
    'waiting',
  ] as const),
] as const satisfies readonly At[];
/** One cell for each state, in the order of WORK. */
type Row<E extends EventName, S extends readonly At[] = typeof WORK> = {
  readonly [I in keyof S]: Cell<S[I], E>;
};

const ____ = stay;
const rowDeliv = delivery.rowDelivering;
const notedAsk = reconcile.notedAsked;
const { turn, stage, result, noted, marked, closed } = delivery;
const { row, rowIdle, rowNoting, rowAwaited, unwritten, unmarked, refused, noteAgain } = delivery;
const { opened, askDoubts, askFlight, answered, unnoted, rowAsked, rowWaiting, waited } = reconcile;
const check = (lane: Lane): NextLane => become(lane, { at: 'checking' });
const paced = (lane: Lane, { message }: LaneEventOf<'paced'>): NextLane =>
  stay({ ...lane, paced: message.id });
const free = (lane: Lane, _event: unknown, now: LaneNow): NextLane => settle(lane, now);

// biome-ignore format: a table is read by its columns
export const TABLE: { readonly [E in EventName]: Row<E> } = {
  //            idle       checking   marking    delivering noting     awaiting    asking     resting    waiting
  'check':     [check,     ____,      ____,      ____,      ____,      ____,       ____,      ____,      ____      ],
  'checked':   [____,      free,      ____,      ____,      ____,      ____,       ____,      ____,      ____      ],
  'paced':     [paced,     paced,     paced,     paced,     paced,     paced,      paced,     paced,     paced     ],
  'turn':      [turn,      stage,     stage,     stage,     stage,     stage,      stage,     stage,     stage     ],
  'result':    [____,      ____,      ____,      result,    ____,      ____,       ____,      ____,      ____      ],
  'answered':  [____,      ____,      ____,      ____,      ____,      ____,       answered,  ____,      ____      ],
  'noted':     [____,      ____,      marked,    ____,      noted,     ____,       notedAsk,  ____,      ____      ],
  'unwritten': [unwritten, unwritten, unmarked,  unwritten, refused,   unwritten,  unnoted,   unwritten, unwritten ],
  'row':       [rowIdle,   row,       row,       rowDeliv,  rowNoting, rowAwaited, rowAsked,  row,       rowWaiting],
  'page':      [opened,    ____,      ____,      closed,    closed,    opened,     ____,      ____,      opened    ],
  'tick':      [askDoubts, ____,      ____,      ____,      noteAgain, askFlight,  ____,      ____,      ____      ],
  'rested':    [____,      ____,      ____,      ____,      ____,      ____,       ____,      free,      ____      ],
  'waited':    [____,      ____,      ____,      ____,      ____,      ____,       ____,      ____,      waited    ],
};

/** The next state of a lane and what to do. */
export function nextLane(lane: Lane, event: LaneEvent, now: LaneNow): NextLane {
  const cell = TABLE[event.type][WORK.indexOf(lane.work.at)] as unknown as Cell<At, EventName>;
  return cell(lane as LaneAt<At>, event, now);
}
