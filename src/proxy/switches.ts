// The Chromium switches that send all of the page's traffic through the forwarder, and nothing around it.

/** @param port of the forwarder */
export const proxySwitches = (port: number): readonly string[] => [
  `--proxy-server=http://127.0.0.1:${port}`,
  // By default names of this machine go round a proxy.
  '--proxy-bypass-list=<-loopback>',
  // The proxy resolves names. Chromium must resolve none, not even to look ahead.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  // UDP would go round the proxy: HTTP/3, and WebRTC, whose switch had another name in older versions.
  '--disable-quic',
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
];
