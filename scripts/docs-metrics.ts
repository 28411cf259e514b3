// Generates docs/metrics.md: every metric, from the registry that is scraped.
import { Registry } from 'prom-client';
import { eventCounters } from '../src/daemon/metrics/counters.js';
import { fleetCounters, fleetGauges } from '../src/daemon/metrics/fleet-metrics.js';
import { daemonGauges } from '../src/daemon/metrics/gauges.js';
import { GATEWAY_METRICS } from '../src/gateway/metrics.js';
import { code, table } from './markdown.js';

const INTRO = `# Metrics

Generated from \`src/daemon/metrics/\` by \`npm run docs\`; do not edit.

\`GET /metrics\`, where HTTP is on ([http.md](http.md)), in the format of Prometheus. It requires the token, as everything about the
account does. No label contains a phone number, a name or a text.

\`\`\`yaml
scrape_configs:
  - job_name: wad
    authorization: { credentials_file: /etc/prometheus/wad-token } # the content of http-token
    static_configs:
      - targets: ["127.0.0.1:3001"]
        labels: { account: default }
\`\`\`

\`alerts.yml\`, next to this page, has alerting rules for it; \`alerts.test.yml\` shows for each when it fires.
(\`promtool test rules alerts.test.yml\`). \`grafana-dashboard.json\` is a dashboard: import it, and choose the data source.
Rules and dashboard expect the label \`account\`, which the scrape configuration above gives to each target.

The method \`daemon.metrics\` returns the same text over the control socket, also where HTTP is off:
\`wactl -a NAME call daemon.metrics | jq -r .text\`. Without HTTP, counters begin at 0 with the first call.

A counter has all its series from the start, at 0, so the first event of a kind is an increase that a rule can see. Only the
histogram of requests has no series for a method before its first request. The usual \`process_…\` and \`nodejs_…\` metrics are
included.`;

const GATEWAY = `## Of the gateway

\`GET /metrics\` of \`wad-gateway\` is one page for all accounts that the token may read: each sample of an account has the label
\`account\`, and \`wad_up\` shows which accounts could be read. \`?accounts=shop,support\` limits the page to these accounts. A token for
all accounts also gets the gateway's own metrics; those of its process have no label \`account\`.

\`\`\`yaml
scrape_configs:
  - job_name: wad
    authorization: { credentials_file: /etc/prometheus/wad-token } # a token with the scope read
    static_configs:
      - targets: ["127.0.0.1:3080"]
\`\`\`

With many accounts, let Prometheus scrape each account by itself. \`GET /api/prometheus\` lists them for its HTTP service discovery:

\`\`\`yaml
scrape_configs:
  - job_name: wad
    authorization: { credentials_file: /etc/prometheus/wad-token }
    http_sd_configs:
      - url: http://127.0.0.1:3080/api/prometheus
        authorization: { credentials_file: /etc/prometheus/wad-token }
\`\`\`

The rules of \`alerts.yml\` and the dashboard work with both. \`WadAccountDown\` is \`wad_up == 0\`, and \`WadGatewayDown\` reports a gateway that
does not answer. An account that is stopped on purpose is down as well: limit the scrape with \`accounts\`, or silence the alert.`;

const FLEET = `## Of a daemon in a fleet

Only a daemon with \`[fleet]\` has these ([fleet.md](fleet.md)). What is not known has no sample: while NATS does not answer, and
\`wad_fleet_events_behind\` of a machine that does not have the account. With \`profile = "shared"\` there are no copies, and no time of one.

A daemon that stands by has its state (\`wad_info\`, \`wad_state…\`), its process, and the gauges of this table, but no HTTP: read it with
\`daemon.metrics\`, or through the gateway of its machine. The gateway of the fleet reads the machine that has the account.`;

export interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labelNames: readonly string[];
}

/** Returns every metric of ours with its description in the registry. */
export function described(): Described[] {
  const registry = new Registry();
  eventCounters(registry);
  daemonGauges(registry);
  fleetCounters(registry);
  fleetGauges(registry);
  const all = registry.getMetricsAsArray() as unknown as (Omit<Described, 'type'> & object)[];
  return all.map((metric) => ({
    ...{ name: metric.name, help: metric.help, labelNames: metric.labelNames },
    type: metric.constructor.name.toLowerCase() as Described['type'],
  }));
}

export function metricsPage(): string {
  const isOfFleet = ({ name }: Described) => name.startsWith('wad_fleet_');
  const rows = (metrics: readonly Described[]) =>
    metrics.map(({ name, type, labelNames, help }) => [
      code(name),
      type,
      labelNames.map(code).join(', '),
      help,
    ]);
  const all = described();
  const own = rows(all.filter((metric) => !isOfFleet(metric)));
  const ofFleet = rows(all.filter(isOfFleet));
  const ofGateway = Object.entries(GATEWAY_METRICS).map(([name, { type, labels, help }]) => [
    code(name),
    type,
    labels.map(code).join(', '),
    help,
  ]);
  const list = (all: string[][]) => table(['metric', 'type', 'labels', 'meaning'], all);
  return `${[INTRO, '## Of wad', list(own), FLEET, list(ofFleet), GATEWAY, list(ofGateway)].join('\n\n')}\n`;
}
