// Declines calls, and says in the event of a call's end who declined it. The page reports the end of a call before or after
// its answer to the request, or, on the older stack, not at all; each end is reported once.
import type { Unnamed } from '../../protocol/events/index.js';
import type { WhatsAppClient } from '../../session/port.js';

type CallData = Unnamed<'call'>;
type By = NonNullable<CallData['rejectedBy']>;

export interface CallRejectionsOptions {
  /** @throws Fault not_ready when there is none */
  readonly client: () => Pick<WhatsAppClient, 'calls'>;
  /** Called with the end of a call that the page did not report. */
  readonly ended: (data: CallData) => void;
}

/** More calls than this do not ring at once. */
const REMEMBERED = 64;

/** Nothing to close. */
export class CallRejections {
  readonly #options: CallRejectionsOptions;
  readonly #ringing = new Map<string, CallData>();
  /** `asked`: the requests that have not failed. */
  readonly #rejected = new Map<string, { readonly by: By; isReported: boolean; asked: number }>();

  constructor(options: CallRejectionsOptions) {
    this.#options = options;
  }

  /** @returns what the page reports of a call as event data; null when it has been reported */
  seen(data: CallData): CallData | null {
    if (data.state === 'ringing') {
      remember(this.#ringing, data.id, data);
      return data;
    }
    const rejected = this.#rejected.get(data.id);
    if (rejected?.isReported) return null;
    if (rejected) rejected.isReported = true;
    this.#ringing.delete(data.id);
    return { ...data, rejectedBy: rejected?.by ?? null };
  }

  /** @throws (rejects) Fault no_such_call, not_ready, unsupported_now … */
  async reject(id: string, by: By): Promise<{ id: string; from: string }> {
    const { client, ended } = this.#options;
    const calls = client().calls;
    // Before the request, because the page may report the end before it answers.
    const other = this.#rejected.get(id);
    const entry = other?.isReported === false ? other : { by, isReported: false, asked: 0 };
    entry.asked += 1;
    remember(this.#rejected, id, entry);
    try {
      const answer = await calls.reject(id);
      const ringing = this.#ringing.get(id);
      if (ringing && !entry.isReported)
        ended({ ...ringing, state: 'ended', timestamp: new Date().toISOString() });
      return answer;
    } catch (error) {
      entry.asked -= 1;
      if (!entry.isReported && entry.asked === 0) this.#rejected.delete(id);
      throw error;
    }
  }
}

function remember<T>(map: Map<string, T>, id: string, value: T): void {
  map.set(id, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
