// Follows accounts from one machine to another: which are ready elsewhere, and what the others wait for.
import type { AccountView, FleetView, Operator } from './fleet.js';
import { printable } from './output.js';

/** An account that was on its machine, and ready there unless `wasWell` is false. */
interface Leaving {
  readonly account: string;
  readonly from: string;
  readonly wasWell: boolean;
}

/** More are not named in one line. */
const NAMED = 4;

export class Arrivals {
  readonly #operator: Operator;
  readonly #leaving: readonly Leaving[];
  /** The accounts that are ready elsewhere, with their machine. */
  readonly #there = new Map<string, string>();
  #rest: readonly string[] = [];

  /** @param accounts those that leave the machine that has them now */
  static async of(operator: Operator, view: FleetView, accounts: readonly string[]): Promise<Arrivals> {
    const leaving = view.accounts.filter(({ account }) => accounts.includes(account));
    const known = await Promise.all(
      leaving.map(async ({ account, machine }) => ({
        ...{ account, from: machine ?? '' },
        wasWell: (await operator.state(account)).isWell,
      })),
    );
    return new Arrivals(operator, known);
  }

  private constructor(operator: Operator, leaving: readonly Leaving[]) {
    this.#operator = operator;
    this.#leaving = leaving;
  }

  /** What those that have not arrived wait for; empty when there are none. Starts with `; `. */
  get rest(): string {
    const more = this.#rest.length - NAMED;
    const named = this.#rest.slice(0, NAMED).join(', ');
    return named === '' ? '' : `; ${named}${more > 0 ? ` and ${more} more` : ''}`;
  }

  get areThere(): boolean {
    return this.#rest.length === 0;
  }

  /** Reads the states of all accounts. @returns a line for each change since the previous call */
  async look(view: FleetView): Promise<readonly string[]> {
    const places = new Map(view.accounts.map((one) => [one.account, one]));
    const news: string[] = [];
    const rest: string[] = [];
    for (const { account, from, wasWell } of this.#leaving) {
      const now = places.get(account);
      // It was stopped or removed in between.
      if (now === undefined || !now.run) continue;
      const { machine } = now;
      if (machine === from)
        rest.push(`${account} is on ${from}${hasTaker(now, view) ? '' : ', and no other machine takes it'}`);
      else if (machine === null) rest.push(`${account} is on no machine`);
      else if (this.#there.get(account) !== machine && wasWell) {
        const { state, isWell } = await this.#operator.state(account);
        if (isWell) {
          this.#there.set(account, machine);
          news.push(`${account}: ready on ${machine}`);
        } else rest.push(`${account} is ${printable(state ?? 'starting')} on ${machine}`);
      }
    }
    this.#rest = rest;
    return news;
  }
}

/** Whether another machine may take the account. */
const hasTaker = ({ machine: from, placement }: AccountView, { machines }: FleetView): boolean =>
  machines.some(
    ({ machine, alive, draining, room, labels }) =>
      machine !== from &&
      alive &&
      !draining &&
      (room ?? 0) > 0 &&
      !placement.forbid.includes(machine) &&
      placement.labels.every((label) => labels.includes(label)),
  );
