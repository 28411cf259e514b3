/**
 * The "What's new on WhatsApp Web" dialog of a newly linked account. Every document shows it until its button
 * is pressed; if it stays open, the server ends the link.
 */
import { knobs, pause } from './boot-record.js';

const TEXTS: { readonly [language: string]: readonly [title: string, text: string, button: string] } = {
  en: ["What's new on WhatsApp Web", 'Chats, calls and more, now in one place.', 'Continue'],
  de: ['Neu in WhatsApp Web', 'Chats, Anrufe und mehr, jetzt an einem Ort.', 'Weiter'],
  es: ['Novedades en WhatsApp Web', 'Chats, llamadas y más, ahora en un solo lugar.', 'Continuar'],
  fr: ['Nouveautés sur WhatsApp Web', 'Discussions, appels et plus, au même endroit.', 'Continuer'],
  id: ['Yang baru di WhatsApp Web', 'Chat, panggilan, dan lainnya di satu tempat.', 'Lanjutkan'],
  it: ['Novità su WhatsApp Web', 'Chat, chiamate e altro, ora in un solo posto.', 'Continua'],
  pt: ['Novidades do WhatsApp Web', 'Conversas, ligações e mais, em um só lugar.', 'Continuar'],
  ru: ['Что нового в WhatsApp Web', 'Чаты, звонки и другое теперь в одном месте.', 'Продолжить'],
  xx: ['Qwyx vrut', 'Brel ombra tix.', 'Zorvat'],
};

let due: Promise<void> | undefined;
let pressed: (() => void) | undefined;

export function offerDialog(onPressed: () => void): void {
  // A reconnect while it is open changes nothing.
  due ??= new Promise((resolve) => {
    pressed = () => {
      document.querySelector('[role=dialog]')?.remove();
      onPressed();
      due = undefined;
      pressed = undefined;
      resolve();
    };
    void pause(knobs.dialogDelayMs).then(show);
  });
}

/** Waits until the dialog is closed; returns at once when there is none. */
export function acknowledgeDialog(): Promise<void> {
  return due ?? Promise.resolve();
}

export function pressDialog(): void {
  if (!document.querySelector('[role=dialog]')) throw new Error('no dialog is open');
  pressed?.();
}

/** Shows another dialog at any time; the server does not wait for its answer. */
export function showDialog(): void {
  pressed = () => {
    document.querySelector('[role=dialog]')?.remove();
    pressed = undefined;
  };
  show();
}

function show(): void {
  const [title, text, label] = TEXTS[knobs.dialogLanguage] ?? ['', '', ''];
  const dialog = document.createElement('div');
  dialog.setAttribute('role', 'dialog');
  dialog.setAttribute('aria-modal', 'true');
  dialog.setAttribute('aria-label', title);
  const heading = document.createElement('h1');
  heading.textContent = title;
  const body = document.createElement('p');
  // The text distinguishes the shapes.
  body.textContent = knobs.dialogShape === 'plain' ? text : `${text} (${knobs.dialogShape})`;
  const isLogout = knobs.dialogShape === 'logout';
  const button = document.createElement(knobs.dialogButton);
  if (knobs.dialogButton === 'div') {
    button.setAttribute('role', 'button');
    button.tabIndex = 0;
  }
  button.textContent = isLogout ? 'Log out' : label;
  button.addEventListener('click', () => pressed?.());
  dialog.append(heading, body, button);
  if (knobs.dialogShape === 'close' || isLogout) {
    const close = document.createElement('button');
    close.setAttribute('aria-label', 'Vruk');
    dialog.prepend(close);
  }
  if (knobs.dialogShape === 'two') {
    const more = document.createElement('button');
    more.textContent = 'Omprat';
    dialog.append(more);
  }
  document.body.append(dialog);
}
