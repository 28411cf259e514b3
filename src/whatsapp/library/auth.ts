// A LocalAuth that never deletes (H8). The library removes the profile under a running Chromium at every logout, and
// the session that is linked next then lives in deleted files only. session-dir removes the profile, after the browser
// has ended.
import { LocalAuth } from './library.js';

export class KeepingAuth extends LocalAuth {
  override async logout(): Promise<void> {}
}
