// Generates docs/metrics.md: every metric, from the registry that is scraped.
import { Registry } from 'prom-client';
import { eventCounters } from '../src/daemon/metrics/counters.js';
import { daemonGauges } from '../src/daemon/metrics/gauges.js';
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
  const all = registry.getMetricsAsArray() as unknown as (Omit<Described, 'type'> & object)[];
  return all.map((metric) => ({
    ...{ name: metric.name, help: metric.help, labelNames: metric.labelNames },
    type: metric.constructor.name.toLowerCase() as Described['type'],
  }));
}

export function metricsPage(): string {
  const rows = described().map((metric) => [
    code(metric.name),
    metric.type,
    metric.labelNames.map(code).join(', '),
    metric.help,
  ]);
  return `${[INTRO, '## Of wad', table(['metric', 'type', 'labels', 'meaning'], rows)].join('\n\n')}\n`;
}
