/**
 * WAWebCmd.Cmd: the page's own event bus, which also carries commands. The parts that handle commands add
 * their listeners to it.
 */
import { Emitter } from './emitter.js';

class CmdBus extends Emitter {
  [command: string]: unknown;
}

export const Cmd = new CmdBus();

let percent = 0;

export const OfflineMessageHandler = {
  getOfflineDeliveryProgress: () => percent,
};

export function tellProgress(value: number): void {
  percent = value;
  Cmd.trigger('offline_progress_update_from_bridge');
}
