// Makes a state directory like that of a linked account, with a given number of events in its journal and an
// empty browser profile, for daemons that are started with --no-auto-init.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../build/src/store/open.js';

const WID = '15550001111@c.us';
const AT_ONCE = 1_000;

export async function seed(directory, events) {
  const now = new Date().toISOString();
  mkdirSync(join(directory, 'auth', 'session-default'), { recursive: true, mode: 0o700 });
  const marker = { linkedAt: now, wid: WID, lastSeenAt: now };
  writeFileSync(join(directory, 'auth', 'session-default.linked.json'), JSON.stringify(marker), {
    mode: 0o600,
  });
  const store = openStore({ directory });
  store.writeNow((tx) => store.account.link(tx, WID, Date.now()));
  const data = { key: 'k', messageId: 'i', chatId: '15550002222@c.us', body: 'x'.repeat(150), fromMe: false };
  for (let left = events; left > 0; left -= AT_ONCE)
    await store.write((tx) => {
      for (let i = 0; i < Math.min(left, AT_ONCE); i += 1)
        store.journal.append(tx, { type: 'message', timeMs: Date.now(), wid: WID, data });
    });
  store.close();
}
