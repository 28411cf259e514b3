// One page for all accounts: which of them could be read, their metrics, and those of the gateway.
import t from 'tap';
import { discovery, GATEWAY_METRICS, GatewayMetrics } from '../../../src/gateway/metrics.js';
import { Fault } from '../../../src/protocol/fault.js';
import { valueIn } from '../../harness/metrics.js';

const gateway = () => new GatewayMetrics(() => ({ accounts: { running: 2, known: 3 }, connections: 4 }));
const runs = (account: string, text: string) => ({ account, scrape: async () => text });

t.test('an account that cannot be read is down, and the others have their metrics', async (t) => {
  const accounts = [
    runs('shop', '# TYPE wad_linked gauge\nwad_linked 1\n'),
    { account: 'stopped', scrape: null },
    { account: 'old', scrape: () => Promise.reject(new Fault('method_not_found')) },
    runs('huge', 'x'.repeat(9 * 1024 * 1024)),
  ];
  const text = await gateway().page(accounts, { own: false });
  for (const [account, up] of Object.entries({ shop: 1, stopped: 0, old: 0, huge: 0 }))
    t.equal(valueIn(text, `wad_up{account="${account}"}`), up, account);
  t.equal(valueIn(text, 'wad_linked{account="shop"}'), 1);
  t.notMatch(text, /wad_gateway|process_/);
});

t.test('an account cannot write the metrics of the gateway, nor those of another account', async (t) => {
  const text = await gateway().page(
    [
      runs('a', 'wad_up{account="b"} 1\nwad_gateway_accounts 9\nwad_linked{account="b"} 1\n'),
      runs('a2', '# TYPE x histogram\n# TYPE wad_gateway_x histogram\nwad_gateway_x_sum 1\nx_sum 2\n'),
      { account: 'b', scrape: null },
    ],
    { own: false },
  );
  t.match(text, /^wad_up\{account="b"\} 0$/m);
  t.equal(text.match(/^wad_up/gm)?.length, 3);
  t.notMatch(text, /wad_gateway|\{account="b"[^}]*\} 1/);
});

t.test('the gateway counts its requests by token and status', async (t) => {
  const metrics = gateway();
  metrics.answered('crm', 200);
  metrics.answered('crm', 200);
  metrics.answered('crm', 403);
  metrics.answered(null, 401);
  for (let n = 0; n < 1_000; n += 1) metrics.answered(`token-${n}`, 200);
  const standing = { isHeld: true, isWanted: true, lost: 0 };
  const text = await metrics.page([{ account: 'shop', scrape: null, standing }], { own: true });
  for (const [labels, value] of [
    ['token="crm",code="200"', 2],
    ['token="crm",code="403"', 1],
    ['token="(none)",code="401"', 1],
    ['token="(other)",code="200"', 802],
  ] as const)
    t.equal(valueIn(text, `wad_gateway_requests_total{${labels}}`), value, labels);
  t.equal(valueIn(text, 'wad_gateway_accounts{running="true"}'), 2);
  t.equal(valueIn(text, 'wad_gateway_accounts{running="false"}'), 1);
  t.equal(valueIn(text, 'wad_gateway_connections'), 4);
  for (const [name, { type, labels }] of Object.entries(GATEWAY_METRICS)) {
    if (name === 'wad_up') continue;
    t.match(text, `# TYPE ${name} ${type}\n`);
    const line = text.split('\n').find((one) => one.startsWith(`${name}{`) || one.startsWith(`${name} `));
    const found = [...(line ?? '').matchAll(/(\w+)="/g)].map(([, label]) => label);
    t.same(found, labels, line ?? name);
  }
});

t.test('an account of a fleet shows whether a machine has it, and how often a lease was lost', async (t) => {
  const of = (account: string, isHeld: boolean, isWanted: boolean, lost: number) => ({
    ...{ account, scrape: null },
    standing: { isHeld, isWanted, lost },
  });
  const accounts = [of('a', true, true, 0), of('b', false, true, 2), of('c', false, false, 0)];
  const local = { account: 'd', scrape: null };
  const text = await gateway().page([...accounts, local], { own: false });
  const values = (name: string) =>
    ['a', 'b', 'c', 'd'].map((one) => valueIn(text, `${name}{account="${one}"}`));
  t.same(values('wad_gateway_fleet_held'), [1, 0, undefined, undefined]);
  t.same(values('wad_gateway_fleet_leases_lost_total'), [0, 2, 0, undefined]);
  t.notMatch(await gateway().page([local], { own: true }), /wad_gateway_fleet/, 'no fleet, no series');
});

t.test("the gateway's process stands next to those of the accounts", async (t) => {
  const text = await gateway().page([runs('shop', 'process_open_fds 12\n')], { own: true });
  t.equal(valueIn(text, 'process_open_fds{account="shop"}'), 12);
  t.ok(valueIn(text, 'process_open_fds'));
  t.equal(text.match(/# TYPE process_open_fds/g)?.length, 1);
});

t.test('discovery has one target for each account', async (t) => {
  t.same(discovery(['shop', 'support'], { host: 'localhost:3080', scheme: 'http' }), [
    {
      targets: ['localhost:3080'],
      labels: {
        __scheme__: 'http',
        __metrics_path__: '/metrics',
        __param_accounts: 'shop',
        instance: 'localhost:3080/shop',
      },
    },
    {
      targets: ['localhost:3080'],
      labels: {
        __scheme__: 'http',
        __metrics_path__: '/metrics',
        __param_accounts: 'support',
        instance: 'localhost:3080/support',
      },
    },
  ]);
});
