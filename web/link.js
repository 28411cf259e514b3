// The linking page: what state the account is in, what to do about it, and the code to do it with. It knows nothing that
// it has not asked for, and writes text only, never HTML.

/** What each state means, and what to do about it. Where a reason says more, it is shown next to it. */
const STATES = {
  stopped: ['Not connected', 'Nothing happens until you connect.'],
  starting: ['Starting', 'The browser starts and looks for a saved session. This takes some seconds.'],
  linking: ['Waiting for the phone', 'Link the phone with one of the two ways below.'],
  syncing: ['Linked; the chats are being loaded', 'Leave the phone on until this is done.'],
  ready: ['Linked and ready', 'Nothing. You can close this page.'],
  reconnecting: ['Connecting again', 'Nothing: it goes on by itself. The phone stays linked.'],
  'logging-out': ['Unlinking', 'Nothing: this takes some seconds.'],
  hibernating: ['Linked; asleep', 'Nothing: it wakes when it is needed.'],
  failed: ['Not connected', 'It is tried again from time to time. You can have it tried now.'],
};
/** How soon a stream that was lost is opened again. */
const AGAIN_MS = 2_000;

const $ = (id) => document.getElementById(id);
const show = (id, visible) => {
  $(id).hidden = !visible;
};
/** Only what has changed is written, so that a screen reader says it once. */
const write = (id, text) => {
  if ($(id).textContent !== text) $(id).textContent = text;
};

let token = sessionStorage.getItem('token') ?? '';
let words = {};
/** The code on the page, so that the same one is not drawn again. */
let drawn = '';

class Refused extends Error {
  constructor(status, { reason, hint }) {
    super(reason ?? `HTTP ${status}`);
    this.status = status;
    this.hint = hint ?? null;
  }
}

async function ask(path, { body, ...options } = {}) {
  const response = await fetch(path, {
    ...options,
    cache: 'no-store',
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body && { 'Content-Type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Refused(response.status, await response.json().catch(() => ({})));
  return response;
}

const get = async (path) => (await ask(path)).json();
const post = async (path, body = {}) => (await ask(path, { method: 'POST', body })).json();

async function look() {
  const status = await get('/api/whatsapp/status');
  const [says, advice] = STATES[status.status] ?? [status.status, ''];
  const why = words[status.reason] ?? '';
  const isPasskey = status.reason === 'passkey_required';
  const { phone, pushname } = status.session;
  const who = phone ? ` as +${phone}${pushname ? ` (${pushname})` : ''}` : '';
  const tells = status.status === 'ready' ? who : why && ` \u2013 ${why}`;
  show('login', false);
  write('account', status.account);
  write('state', `${says}${tells}.`);
  document.title = `${says} \u2013 WhatsApp ${status.account}`;
  show('next', true);
  write('advice', isPasskey ? 'The phone asks for a passkey. A command takes you through it.' : advice);
  show('command', status.hint !== null && (status.status !== 'linking' || isPasskey));
  write('hint', status.hint ?? '');
  show('start', status.status === 'stopped' || status.status === 'failed');
  const links = status.status === 'linking' && !isPasskey;
  show('pair', links);
  if (!links) write('code', '');
  await draw(links);
}

async function draw(links) {
  const qr = links ? await get('/api/whatsapp/qr').catch(none) : null;
  show('qr', qr !== null);
  if (qr === null) {
    drawn = '';
    $('picture').removeAttribute('src');
    return;
  }
  if (qr.qr === drawn) return;
  drawn = qr.qr;
  $('picture').src = qr.dataUrl;
  $('picture').alt = 'QR code that links a phone; it can only be scanned with the camera of the phone.';
  const until = new Date(qr.expiresAt).toLocaleTimeString();
  write('until', `Good until ${until}. The next one is drawn by itself.`);
}

/** There may be no code for a moment: the next event reports one. */
const none = (error) => {
  if (error.status === 404) return null;
  throw error;
};

/** Looks again at every change, and comes back after every loss. Ends when the token is refused. */
async function follow() {
  for (;;) {
    try {
      const { body } = await ask('/api/whatsapp/events?types=state,qr');
      await look();
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ''; ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        const blocks = (rest + value).split('\n\n');
        rest = blocks.pop();
        if (blocks.some((block) => block.includes('\ndata:'))) await look();
      }
    } catch (error) {
      if (error.status === 401) return login(token === '' ? '' : 'This is not the token.');
    }
    write('state', 'The daemon does not answer. This page keeps trying.');
    for (const id of ['qr', 'pair', 'next']) show(id, false);
    drawn = '';
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function login(says) {
  sessionStorage.removeItem('token');
  write('state', 'Who asks?');
  for (const id of ['qr', 'pair', 'next']) show(id, false);
  show('login', true);
  write('login-error', says);
  $('token').focus();
}

/** What a form or button does; an error is shown next to it. */
const on = (id, event, error, act) =>
  $(id).addEventListener(event, async (happened) => {
    happened.preventDefault();
    write(error, '');
    try {
      await act();
    } catch (refused) {
      write(error, refused.hint ? `${refused.message} Try: ${refused.hint}` : refused.message);
    }
  });

on('login-form', 'submit', 'login-error', () => {
  token = $('token').value.trim();
  $('token').value = '';
  sessionStorage.setItem('token', token);
  void follow();
});
on('start', 'click', 'start-error', () => post('/api/whatsapp/initialize'));
on('pair-form', 'submit', 'pair-error', async () => {
  const { code } = await post('/api/whatsapp/pair', { number: $('number').value });
  write('code', `${code.slice(0, 4)}-${code.slice(4)}`);
});

// A token may come behind the address, where no server and no log sees it: http://localhost:3001/#token=…
const given = new URLSearchParams(location.hash.slice(1)).get('token');
if (given !== null) {
  token = given;
  sessionStorage.setItem('token', token);
  history.replaceState(null, '', '/');
}
words = await get('/words.json').catch(() => ({}));
void follow();
