// proxy-chain, which speaks HTTP to Chromium and HTTP or SOCKS 5 with a password to the proxy. It is bundled apart, and
// loaded only for an account with a proxy.
export { RequestError, Server } from 'proxy-chain';
