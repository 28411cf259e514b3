// Limits what is written of a record's fields: phone numbers are masked, message text is counted, secrets are
// left out, and everything has a bound. It knows values and the names of fields, not what a record is about.

/** Never written, whatever the configuration says. */
const SECRET =
  /^(qr|qrPayload|payload|ref|dataUrl|pairingCode|passkey|token|secret|password|authorization|cookie)$/i;
/** Texts that people wrote, and the names that they use. */
const CONTENT = /^(text|body|caption|pushname|subject|description|vcard|quoted)$/i;
/** Fields in which a run of digits is a phone number, in any notation. */
const NUMBER =
  /^(phone|number|to|from|me|wid|lid|jid|chat|chatId|author|participants?|recipients?|contact|remote|keys?)$/i;

const JID = /\d{5,}(?=(?::\d+)?(?:-\d+)?@(?:c\.us|g\.us|lid|s\.whatsapp\.net))/g;
const INTERNATIONAL = /\+\d[\d\s().-]{5,18}\d/g;
/** A bare run of digits of a number's length that is not part of a word, a version or a file's name. */
const BARE = /(?<![\w.-])\d{10,15}(?![\w-]|\.\d)/g;
const ANY_RUN = /\d{7,}/g;
/** WhatsApp's QR payload: a counter, then keys in base64. Anybody who scans it owns the account. */
const QR = /\b\d@[\w+/=]{16,}(?:,[\w+/=]+)*/g;

const MAX_TEXT = 1_000;
const MAX_ITEMS = 50;
const MAX_DEPTH = 5;
const STACK_LINES = 12;

/** `15550001111` → `1555…11`. Enough to recognise a known number. */
export const maskNumber = (text: string): string => {
  const digits = text.replace(/\D/g, '');
  return digits.length < 7 ? '…' : `${digits.slice(0, 4)}…${digits.slice(-2)}`;
};

/** Masks every number in a text. */
export const maskNumbers = (text: string): string =>
  text.replace(JID, maskNumber).replace(INTERNATIONAL, maskNumber).replace(BARE, maskNumber);

const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

/**
 * A copy of the fields that may be written.
 * @param open numbers and message text are written as they are; secrets are still left out
 */
export const redact = (fields: Readonly<Record<string, unknown>>, open: boolean): Record<string, unknown> =>
  tableOf(fields, open, 0);

function tableOf(table: object, open: boolean, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(table).slice(0, MAX_ITEMS)) {
    if (SECRET.test(key)) continue;
    const safe = safeValue(key, value, open, depth);
    if (safe !== undefined) out[open ? key : maskNumbers(key)] = safe;
  }
  return out;
}

function safeValue(key: string, value: unknown, open: boolean, depth: number): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return textOf(key, value, open);
  if (typeof value === 'number' || typeof value === 'bigint') {
    const text = String(value);
    if (!open && NUMBER.test(key) && text.length >= 7) return maskNumber(text);
    return typeof value === 'bigint' ? text : value;
  }
  if (typeof value !== 'object') return undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'never' : value.toISOString();
  if (depth >= MAX_DEPTH) return '…';
  if (value instanceof Error) return errorOf(value, open, depth);
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item: unknown) => safeValue(key, item, open, depth + 1));
    return value.length > MAX_ITEMS ? [...items, `… and ${value.length - MAX_ITEMS} more`] : items;
  }
  return tableOf(value, open, depth + 1);
}

function textOf(key: string, text: string, open: boolean): string {
  const safe = text.replace(QR, '(qr)');
  if (open) return cut(safe);
  if (CONTENT.test(key)) return `(${text.length} characters)`;
  const masked = maskNumbers(safe);
  // A `to` may also be the path of a file.
  if (!NUMBER.test(key) || text.startsWith('/')) return cut(masked);
  return cut(/^[+\d\s().-]+$/.test(masked) ? maskNumber(masked) : masked.replace(ANY_RUN, maskNumber));
}

/** An error by what distinguishes it. The stack becomes one string, because a record is one line. */
function errorOf(error: Error, open: boolean, depth: number): Record<string, unknown> {
  const { kind, code, cause, stack } = error as Error & { kind?: unknown; code?: unknown };
  const at = stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, STACK_LINES)
    .map((line) => line.trim())
    .join('\n');
  return tableOf(
    { type: error.name, kind, code, message: error.message, stack: at || undefined, cause },
    open,
    depth + 1,
  );
}
