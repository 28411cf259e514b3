// LocalAuth that never deletes (H8): the library removes the profile under a running Chromium at every logout, and
// the session that is linked next then lives in deleted files only. Removal is session-dir's, after the browser.
import { LocalAuth } from './library.js';

export class KeepingAuth extends LocalAuth {
  override async logout(): Promise<void> {}
}
