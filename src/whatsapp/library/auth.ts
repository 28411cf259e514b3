// A LocalAuth that never deletes the profile (H8). The library deletes it under a running Chromium at every logout, and the
// next session is then stored only in deleted files. session-dir removes the profile after the browser has ended.
import { LocalAuth } from './library.js';

export class KeepingAuth extends LocalAuth {
  override async logout(): Promise<void> {}
}
