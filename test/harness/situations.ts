// The states in which a person may stop or unlink an account, each with the way into it.
import type { Phone } from '../simulator/phone.js';
import type { Simulator } from '../simulator/simulator.js';
import type { Wad } from './wad.js';

export interface Situation {
  readonly state: string;
  /** Starts from `stopped`, without a session. */
  reach(wad: Wad, sim: Simulator, phone: Phone): Promise<unknown>;
  readonly unlinked?: { readonly disconnect: boolean; readonly 'clear-session': boolean };
}

const init = (wad: Wad) => wad.request('session.initialize');

/** One attempt leads to `failed`. Every other state lasts until the command, on slow machines too. */
export const LASTING = {
  ...{ WAD_RECONNECT_MAX_ATTEMPTS: '1', WAD_RECONNECT_DELAYS_MS: '0' },
  ...{ WAD_RECONNECT_GRACE_MS: '600000', WAD_RECONNECT_SLOW_RETRY_MS: '600000' },
  ...{ WAD_DEADLINES_START_MS: '600000', WAD_DEADLINES_LOAD_MS: '600000', WAD_DEADLINES_SYNC_MS: '600000' },
};

export const SITUATIONS: readonly Situation[] = [
  { state: 'stopped', reach: (wad) => wad.until('stopped') },
  {
    state: 'starting',
    reach: async (wad, sim) => {
      await sim.faults.load('hang');
      await init(wad);
      await wad.until('starting');
    },
  },
  {
    state: 'linking',
    reach: async (wad) => {
      await init(wad);
      await wad.until('linking');
    },
  },
  {
    state: 'syncing',
    reach: async (wad, sim, phone) => {
      await sim.faults.sync('never');
      await init(wad);
      await phone.scan(await wad.qr());
      await phone.waitForOnline();
      await wad.until('syncing');
    },
    unlinked: { disconnect: true, 'clear-session': false },
  },
  {
    state: 'ready',
    reach: async (wad, _, phone) => {
      await init(wad);
      await wad.link(phone);
    },
    unlinked: { disconnect: true, 'clear-session': true },
  },
  {
    state: 'reconnecting',
    reach: async (wad, sim, phone) => {
      await init(wad);
      await wad.link(phone);
      await sim.faults.networkDown();
      await wad.until('reconnecting');
    },
  },
  {
    state: 'failed',
    reach: async (wad, sim) => {
      await sim.faults.load('refuse');
      await init(wad);
      await wad.until('failed');
    },
  },
];
