// Checks the proxy of the account: what the daemon has seen of it, and, only on request, the proxy itself.
import { Fault } from '../../protocol/fault.js';
import type { Status } from '../../protocol/methods/session.js';
import { PROXY_CAUSE_WORDS, type ProxyCause } from '../../protocol/proxy.js';
import { openForwarder } from '../../proxy/forwarder.js';
import { outsideAddress } from '../../proxy/outside.js';
import { proxyName, readUpstream, type Upstream } from '../../proxy/upstream.js';
import { type About, type Check, type Finding, fail, ok, warn } from './finding.js';

const TARGET = 'web.whatsapp.com:443';
const ASK_MS = 15_000;

/** The command that helps, by cause. */
function remedyOf(cause: ProxyCause, address: string, { account }: About): string {
  const [, hostname, port] = /^\w+:\/\/(.+):(\d+)$/.exec(address) ?? [];
  switch (cause) {
    case 'unreachable':
    case 'not_a_proxy':
      return `nc -vz ${hostname} ${port}`;
    case 'not_resolved':
      return `getent hosts ${hostname}`;
    case 'password_refused':
    case 'bad_password_file':
      return `wad --account ${account} --check-config`;
    case 'no_way_on':
      return `curl --proxy ${address} -sI https://web.whatsapp.com`;
  }
}

export const proxy: Check = {
  name: 'proxy',
  run: async (about) => {
    const { config, running, network } = about;
    // A running daemon may have been started with another configuration.
    const seen = running?.status.proxy ?? null;
    if (running !== null && !network) return seen === null ? ok('none') : seenBy(seen, about);
    if (proxyName(config.proxy) === null) return ok('none');
    let upstream: Upstream;
    try {
      upstream = readUpstream(config.proxy);
    } catch (error) {
      const { message, hint } = Fault.of(error);
      return fail(message, hint);
    }
    return network ? askProxy(upstream, about) : ok(untried(upstream.name));
  },
};

const untried = (address: string): string => `${address}, not tried; \`wactl doctor --network\` tries it`;

/** What the running daemon knows of its proxy. */
function seenBy({ address, ok: works, cause }: NonNullable<Status['proxy']>, about: About): Finding {
  if (cause !== null) return fail(`${address} ${PROXY_CAUSE_WORDS[cause]}`, remedyOf(cause, address, about));
  return ok(works ? `${address} connects to WhatsApp` : untried(address));
}

async function askProxy(upstream: Upstream, about: About): Promise<Finding> {
  const { addressUrl } = about.config.proxy;
  const forwarder = await openForwarder(upstream);
  try {
    const signal = AbortSignal.timeout(ASK_MS);
    const cause = await forwarder.check(TARGET, signal);
    if (cause !== null)
      return fail(`${upstream.name} ${PROXY_CAUSE_WORDS[cause]}`, remedyOf(cause, upstream.name, about));
    const works = `${upstream.name} connects to WhatsApp`;
    if (addressUrl === '') return ok(works);
    const outside = await outsideAddress(forwarder, addressUrl, signal).catch((error: Error) => error);
    return outside instanceof Error
      ? warn(`${works}; its address was not found out: ${outside.message}`)
      : ok(`${works}, from the address ${outside}`);
  } finally {
    await forwarder.close();
  }
}
