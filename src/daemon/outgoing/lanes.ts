// Holds the lanes that have anything in memory, by name, and limits how many are served at a time. Applies
// events to them and passes their effects to the sender.
import type { Addressee } from '../../protocol/wid.js';
import {
  EMPTY,
  isAtRest,
  isForgettable,
  isServed,
  knows,
  type Lane,
  type LaneEffect,
  type LaneEvent,
  type LaneNow,
  merged,
} from '../../session/lane.js';
import { nextLane } from '../../session/lane-transition.js';

/** A lane and its current name. The name changes when two identities turn out to be the same person's. */
export interface Slot {
  readonly name: Addressee;
  readonly lane: Lane;
}
interface OwnSlot {
  name: Addressee;
  lane: Lane;
}

export interface LanesOptions {
  readonly now: () => LaneNow;
  /** @param freed called when the lane gives up its place among the served lanes */
  readonly run: (slot: Slot, effects: readonly LaneEffect[], freed: boolean) => void;
}

/** Nothing to close. */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #slots = new Map<Addressee, OwnSlot>();
  /**
   * Lanes with a message in flight whose person turned out to have a second lane with a message in flight.
   */
  readonly #secondLanes = new Set<OwnSlot>();
  #served = 0;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** How many lanes are being served. */
  get served(): number {
    return this.#served;
  }

  /** The state of a lane. */
  find(name: Addressee): Lane {
    return this.#slots.get(name)?.lane ?? EMPTY;
  }

  /** The lane that holds the message; else the lane that its row names. */
  of(row: { readonly id: string; readonly lane: Addressee }): Slot {
    for (const stray of this.#secondLanes) if (knows(stray.lane, row.id)) return stray;
    return this.at(row.lane);
  }

  at(name: Addressee): Slot {
    return this.#slots.get(name) ?? { name, lane: EMPTY };
  }

  get all(): readonly Slot[] {
    return [...this.#slots.values(), ...this.#secondLanes];
  }

  /**
   * Applies an event. A slot that has been merged or removed since stands for the lane that has its name now.
   */
  post(given: Slot, event: LaneEvent): void {
    const slot = this.#present(given);
    const before = slot.lane;
    const { lane, effects } = nextLane(before, event, this.#options.now());
    slot.lane = lane;
    const freed = isServed(before) && !isServed(lane);
    if (freed) this.#served -= 1;
    else if (!isServed(before) && isServed(lane)) this.#served += 1;
    this.#tidy(slot);
    this.#options.run(slot, effects, freed);
  }

  postAll(event: LaneEvent): void {
    for (const slot of this.all) this.post(slot, event);
  }

  /** Renames lanes. */
  rename(nameOf: (name: Addressee) => Addressee): void {
    for (const slot of [...this.#slots.values()]) {
      const name = nameOf(slot.name);
      if (name === slot.name) continue;
      this.#slots.delete(slot.name);
      slot.name = name;
      const other = this.#slots.get(name);
      if (other === undefined) this.#slots.set(name, slot);
      else if (isAtRest(slot.lane)) other.lane = merged(other.lane, slot.lane);
      else if (isAtRest(other.lane)) {
        slot.lane = merged(slot.lane, other.lane);
        this.#slots.set(name, slot);
      } else this.#secondLanes.add(slot);
    }
  }

  #present(given: Slot): OwnSlot {
    for (const stray of this.#secondLanes) if (stray === given) return stray;
    const home = this.#slots.get(given.name);
    if (home !== undefined) return home;
    const fresh = { name: given.name, lane: EMPTY };
    this.#slots.set(given.name, fresh);
    return fresh;
  }

  #tidy(slot: OwnSlot): void {
    if (this.#secondLanes.has(slot)) {
      if (!isAtRest(slot.lane)) return;
      this.#secondLanes.delete(slot);
      const home = this.#slots.get(slot.name);
      if (home === undefined) this.#slots.set(slot.name, slot);
      else home.lane = merged(home.lane, slot.lane);
    } else if (isForgettable(slot.lane)) this.#slots.delete(slot.name);
  }
}
