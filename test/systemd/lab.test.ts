/** A command in a lab ends even if it was stopped meanwhile. The other tests here rely on this. */
import t from 'tap';
import { Lab, noLab } from './lab.js';

const STOPPED_MS = 30_000;

t.setTimeout(180_000);
t.test(
  'a command in the lab that was stopped and continued, as by a soft reboot, ends normally',
  async (t) => {
    const why = await noLab();
    if (why !== null) return void t.plan(0, why);
    await using lab = await Lab.start();
    const ran = lab.run('echo $$ >/lab/pid; until [ -e /lab/over ]; do sleep 0.1; done; exit 7');
    const pid = await lab.until('cat /lab/pid');
    await lab.must(`kill -STOP ${pid} && until grep -q "^State:.T" /proc/${pid}/status; do sleep 0.1; done`);
    await lab.must(`kill -CONT ${pid} && touch /lab/over`);
    const late = new Promise((resolve) => setTimeout(resolve, STOPPED_MS, 'it hangs').unref());
    t.match(await Promise.race([ran, late]), { code: 7 });
  },
);
