/** Linking, with a phone and a page that do what is written here; nothing of a browser. */
import t from 'tap';
import { Heard } from '../../../src/canary/heard.js';
import type { StepReport } from '../../../src/canary/report.js';
import { type Parts, Run } from '../../../src/canary/run.js';

/**
 * The report of the first step, after which the run is ended.
 * @param scan what the phone makes of a code
 */
async function linked(scan: (code: string, heard: Heard) => void): Promise<StepReport | undefined> {
  const heard = new Heard();
  const controller = new AbortController();
  let step: StepReport | undefined;
  const person = { number: '15550100002', send: () => 'ID' };
  const parts = {
    client: {
      launch: async () => heard.report({ type: 'qr', payload: 'code 1' }),
    },
    server: {
      createPhone: () => ({ scan: async (code: string) => scan(code, heard) }),
      createContact: () => person,
    },
    ...{ heard, repairs: {}, mediaDir: '/nowhere', ask: () => undefined },
  } as unknown as Parts;
  const run = new Run(
    {
      ...{ relied: [], wad: '0.1.0', loadMs: 20_000, signal: controller.signal },
      progress: (report) => {
        step = report;
        controller.abort(new Error('seen'));
      },
    },
    parts,
  );
  await t.rejects(run.report(), { message: 'seen' });
  return step;
}

t.test('a code that was replaced while it was scanned is scanned again', async (t) => {
  const scanned: string[] = [];
  const step = await linked((code, heard) => {
    scanned.push(code);
    if (code === 'code 1') {
      heard.report({ type: 'qr', payload: 'code 2' });
      throw new Error('nobody shows this code');
    }
    heard.event({ type: 'client.ready' } as never);
  });
  t.same(scanned, ['code 1', 'code 2']);
  t.match(step, { step: 'link a phone', result: 'works', error: null });
});

t.test('a code that is refused, or always replaced, is not scanned for ever', async (t) => {
  for (const [replaces, scans] of [
    [false, 1],
    [true, 3],
  ] as const) {
    let times = 0;
    const step = await linked((_code, heard) => {
      times += 1;
      if (replaces) heard.report({ type: 'qr', payload: `code ${times + 1}` });
      throw new Error('nobody shows this code');
    });
    t.equal(times, scans);
    t.match(step, { result: 'fails', error: 'nobody shows this code' });
  }
});

t.test('a failure is told also when there was no time for the steps behind it', async (t) => {
  const heard = new Heard();
  const person = { number: '15550100002', send: () => 'ID' };
  const totalMs = 300;
  const parts = {
    client: {
      ...{ launch: async () => heard.report({ type: 'qr', payload: 'code 1' }), pageErrors: [] },
      ...{ whatsappWeb: '2.3000', browserVersion: null },
    },
    server: {
      createPhone: () => ({
        scan: async () => {
          for (const end = performance.now() + totalMs; performance.now() < end; );
          throw new Error('nobody shows this code');
        },
      }),
      ...{ createContact: () => person, unknown: [], problems: [] },
    },
    ...{ heard, repairs: {}, mediaDir: '/nowhere', ask: () => undefined },
  } as unknown as Parts;
  const { signal } = new AbortController();
  const run = new Run({ relied: [], wad: '0.1.0', loadMs: 20_000, signal, totalMs }, parts);
  const { ok, says, steps } = await run.report();
  t.match([ok, says], [false, 'WhatsApp Web 2.3000: link a phone does not work']);
  t.match(steps[0], { result: 'fails', error: 'nobody shows this code' });
  for (const { result } of steps.slice(1)) t.equal(result, 'untried');
});
