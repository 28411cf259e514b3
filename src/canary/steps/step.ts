/** One thing that a linked account does, with the client of the daemon; whether it has happened is seen at the other end. */
import type { Stage } from '../stage.js';

export interface Step {
  readonly name: string;
  /** Of `session.status`. */
  readonly capability: string;
  readonly needs?: readonly string[];
  run(stage: Stage): Promise<void>;
}
