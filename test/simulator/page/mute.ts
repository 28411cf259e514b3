/** WAWebMuteModel: until when a chat is muted, in seconds; -1 for ever, 0 not at all. It ends by itself. */
import { Model } from './model.js';

const FOR_EVER = -1;
/** The longest time of a timer, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** WAWebMiscErrors.ActionError */
class ActionError extends Error {
  override readonly name = 'ActionError';
}

export class Mute extends Model {
  declare expiration: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(expiration: number) {
    super({ expiration });
    this.#arm();
  }

  async mute({ expiration }: { expiration: unknown }): Promise<void> {
    if (typeof expiration !== 'number') throw new ActionError();
    this.set({ expiration: Math.round(expiration) });
    this.#arm();
  }

  async unmute(): Promise<void> {
    this.set({ expiration: 0 });
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.expiration === 0 || this.expiration === FOR_EVER) return;
    const left = this.expiration * 1000 - Date.now();
    this.#timer = setTimeout(
      () => (left > LONGEST ? this.#arm() : void this.unmute()),
      Math.min(left, LONGEST),
    );
  }
}
