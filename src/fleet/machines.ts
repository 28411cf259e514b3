// A machine of the fleet: what its agent publishes in a bucket whose entries expire. Two agents must not use one name; who
// comes second waits until the entry expires, and gives up when it is renewed meanwhile.
import { z } from 'zod';
import { Fault } from '../protocol/fault.js';
import { fleetFault } from './connection.js';
import { JetStreamApiError, type KV } from './nats.js';

/** The value of an entry, as JSON. Written by other machines, therefore checked. */
const MACHINE = z.object({
  /** Different for each process of an agent. */
  agent: z.string(),
  /** The boot of the kernel that it runs on. */
  host: z.string(),
  /** ISO 8601: when the agent started. */
  since: z.string(),
  version: z.string(),
  labels: z.array(z.string()),
  /** Memory that new processes can use, in MB; null: unknown. */
  memoryFreeMb: z.number().nullable(),
  /** How many more accounts it takes. */
  room: z.number(),
  /** The accounts that have a daemon there, whether it holds the lease or stands by. */
  accounts: z.array(z.string()),
  draining: z.boolean(),
  /** Accounts that it does not start, each with the reason. */
  refused: z.record(z.string(), z.string()),
});

export type MachineRecord = Readonly<z.infer<typeof MACHINE>>;

/** @returns null when it is not the record of a machine */
export function parseMachine(value: Uint8Array): MachineRecord | null {
  try {
    return MACHINE.safeParse(JSON.parse(new TextDecoder().decode(value))).data ?? null;
  } catch {
    return null;
  }
}

/** The machines whose agents are there. @throws (rejects) Fault fleet_unreachable, fleet_refused */
export async function machineNames(bucket: Pick<KV, 'keys'>): Promise<readonly string[]> {
  try {
    const names: string[] = [];
    for await (const name of await bucket.keys()) names.push(name);
    return names;
  } catch (error) {
    throw fleetFault(error);
  }
}

const WRONG_LAST_SEQUENCE = 10_071;

/** How often the entry of another process is checked within one lease. */
const LOOKS = 6;

/** The entry of this machine. The owner calls `remove`, or it expires. */
export class MachineEntry {
  readonly #bucket: KV;
  readonly #name: string;
  readonly #leaseMs: number;
  #revision: number | null = null;

  /** @param leaseMs how long an entry lives without being renewed */
  constructor(bucket: KV, name: string, leaseMs: number) {
    this.#bucket = bucket;
    this.#name = name;
    this.#leaseMs = leaseMs;
  }

  /**
   * Takes the name. An entry that another process has left expires first.
   * @throws (rejects) Fault machine_taken: it is renewed; fleet_unreachable, fleet_refused
   */
  async claim(record: MachineRecord, wait: (ms: number) => Promise<unknown>): Promise<void> {
    let seen: number | null = null;
    while (!(await this.#write(record))) {
      const found = await this.#read();
      if (found === null) continue;
      if (seen !== null && found.revision !== seen) throw taken(this.#name, found.record);
      seen = found.revision;
      await wait(this.#leaseMs / LOOKS);
    }
  }

  /**
   * Writes the record, which also renews the entry.
   * @throws (rejects) Fault machine_taken: another agent has the name now; fleet_unreachable, fleet_refused
   */
  async publish(record: MachineRecord): Promise<void> {
    if (await this.#write(record)) return;
    const found = await this.#read();
    // Either it has expired, or the answer to one of our own writes was lost.
    if (found !== null && found.record?.agent !== record.agent) throw taken(this.#name, found.record);
    this.#revision = found?.revision ?? null;
    if (!(await this.#write(record))) throw taken(this.#name, (await this.#read())?.record ?? null);
  }

  /** Gives the name back. @throws (rejects) Fault fleet_unreachable, fleet_refused */
  async remove(): Promise<void> {
    const revision = this.#revision;
    this.#revision = null;
    if (revision !== null) await answered(this.#bucket.delete(this.#name, { previousSeq: revision }));
  }

  /** @returns false: there is an entry of another revision */
  async #write(record: MachineRecord): Promise<boolean> {
    const value = JSON.stringify(record);
    const revision = await answered(
      this.#revision === null
        ? this.#bucket.create(this.#name, value)
        : this.#bucket.update(this.#name, value, this.#revision),
    );
    if (revision === null) return false;
    this.#revision = revision;
    return true;
  }

  async #read(): Promise<{ readonly record: MachineRecord | null; readonly revision: number } | null> {
    const entry = await answered(this.#bucket.get(this.#name));
    if (entry === null || entry.operation !== 'PUT') return null;
    return { record: parseMachine(entry.value), revision: entry.revision };
  }
}

function taken(name: string, record: MachineRecord | null): Fault {
  const since = record === null ? '' : `, which runs since ${record.since} on the boot ${record.host}`;
  return new Fault('machine_taken', {
    reason: `Another agent has the name ${name}${since}: set fleet.machine to a name of its own on each machine.`,
  });
}

/** @returns null when the server refused the revision @throws (rejects) Fault fleet_unreachable, fleet_refused */
async function answered<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE) return null;
    throw fleetFault(error);
  }
}
