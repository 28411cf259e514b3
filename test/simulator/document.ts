/** The HTML of the page, and its content security policy. */
import type { BootRecord } from './wire.js';

/** As strict as the real one: no inline scripts, no eval, nothing from other hosts. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' data: blob:",
  "connect-src 'self' wss://web.whatsapp.com",
  "frame-src 'self' blob:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'self'",
].join('; ');

/**
 * @param scripts paths of the page's modules, the entry first; the others are preloaded, so that many small
 * files load as fast as one
 * @param images additional sub-resources, which delay the load event until they are answered
 */
export function pageDocument(
  boot: BootRecord,
  scripts: readonly string[],
  images: readonly string[],
): string {
  const [entry = '', ...rest] = scripts;
  const json = JSON.stringify(boot).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>WhatsApp (simulated)</title>
<link rel="icon" href="/img/logo.svg">
<link rel="stylesheet" href="/app.css">
${rest.map((path) => `<link rel="modulepreload" href="${path}">`).join('\n')}
<script type="application/json" id="boot">${json}</script>
<script type="module" src="${entry}"></script>
</head>
<body>
<div id="app"><p class="startup">Loading your chats</p></div>
${['/img/logo.svg', ...images].map((path) => `<img class="startup" alt="" src="${path}">`).join('\n')}
</body>
</html>
`;
}

export const FRAME_DOCUMENT = '<!doctype html><title>frame</title><p>sub-frame</p>';

export const STYLE = `body{font:15px system-ui,sans-serif;margin:0;background:#f0f2f5;color:#111b21}
#app{max-width:60rem;margin:2rem auto;background:#fff;padding:1.5rem;border-radius:6px}
canvas{image-rendering:pixelated;border:12px solid #fff;box-shadow:0 0 4px #8888}
code{word-break:break-all;font-size:12px}
ul{list-style:none;padding:0}li{padding:.6rem;border-bottom:1px solid #e9edef}
li b{display:block}li span{color:#667781}
img.startup{width:48px;position:fixed;right:1rem;bottom:1rem}
[role=dialog]{position:fixed;inset:20% 30%;background:#fff;padding:2rem;border-radius:12px;box-shadow:0 4px 40px #0006}
[role=dialog] [role=button],[role=dialog] button{background:#008069;color:#fff;border:0;padding:.6rem 1.4rem;border-radius:20px}
`;

export const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#008069"/></svg>';

/** Installed as by the real page. It passes all requests through. */
export const SERVICE_WORKER = `addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
`;
