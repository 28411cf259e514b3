/** A visible page: the QR code while unlinked, the chats afterwards. No test depends on it. */
import { Chats } from './chats.js';
import { Conn } from './conn.js';
import { Msgs } from './messages.js';
import { drawnQr } from './pairing.js';
import { Socket } from './socket-model.js';

let due = false;

export function startScreen(): void {
  for (const emitter of [Socket, Conn, Chats, Msgs]) {
    for (const name of ['change', 'add', 'remove']) emitter.on(name, redrawSoon);
  }
  redrawSoon();
}

function redrawSoon(): void {
  if (due) return;
  due = true;
  setTimeout(() => {
    due = false;
    redraw();
  }, 250);
}

function element(tag: string, text = '', children: readonly Node[] = []): HTMLElement {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function redraw(): void {
  document
    .getElementById('app')
    ?.replaceChildren(
      element(
        'h2',
        Socket.hasSynced ? `${Conn.pushname ?? ''} (+${Conn.wid?.user ?? ''})` : 'WhatsApp Web, simulated',
      ),
      element('p', Socket.state),
      ...(Socket.state.startsWith('UNPAIRED') ? link() : [chatList()]),
    );
}

function link(): Node[] {
  const canvas = document.createElement('canvas');
  canvas.setAttribute('aria-label', 'Scan this QR code to link a device!');
  canvas.width = 264;
  canvas.height = 264;
  const pen = canvas.getContext('2d');
  const { ref = '' } = Conn;
  // Not a code that a camera could read: a picture of its text, different for each ref.
  for (let n = 0; pen && n < 33 * 33; n++) {
    if ((ref.charCodeAt(n % Math.max(ref.length, 1)) * (n + 7)) % 5 < 2)
      pen.fillRect((n % 33) * 8, Math.floor(n / 33) * 8, 8, 8);
  }
  const box = element('div', '', [canvas]);
  box.dataset.ref = drawnQr();
  return [box, element('p', 'Scan with a simulated phone.'), element('code', ref)];
}

function chatList(): Node {
  const chats = Chats.models.sort((a, b) => b.t - a.t).slice(0, 30);
  return element(
    'ul',
    '',
    chats.map((chat) =>
      element('li', '', [element('b', chat.formattedTitle), element('span', chat.msgs.last()?.body ?? '')]),
    ),
  );
}
