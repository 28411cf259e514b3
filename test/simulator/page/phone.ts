/**
 * WAWebPhoneUtils and WAPhoneFindCC: how the page formats a number. Its table of countries (WACountriesV2)
 * has many formats, of which only North America's is simulated. Other numbers are written without groups, as
 * the page does without a matching format.
 */

/** Calling codes of one and two digits; the others have three. */
const SHORT_CODES = new Set([
  ...['1', '7', '20', '27', '30', '31', '32', '33', '34', '36', '39', '40', '41', '43', '44', '45', '46'],
  ...['47', '48', '49', '51', '52', '53', '54', '55', '56', '57', '58', '60', '61', '62', '63', '64', '65'],
  ...['66', '81', '82', '84', '86', '90', '91', '92', '93', '94', '95', '98'],
]);

export function findCC(digits: string): string {
  const short = [1, 2].map((length) => digits.slice(0, length)).find((code) => SHORT_CODES.has(code));
  return short ?? digits.slice(0, 3);
}

const NORTH_AMERICA = /^([2-9]\d\d)(\d{3})(\d{4})$/;

export function formatPhone(number: string): string {
  const digits = number.replace(/^\+/, '');
  const code = findCC(digits);
  if (code === '') return digits;
  const rest = digits.slice(code.length);
  return `+${code} ${code === '1' ? rest.replace(NORTH_AMERICA, '($1) $2-$3') : rest}`;
}

const USER_DOMAIN = '@s.whatsapp.net';

/** Throws for the jid of anyone without a number (WAJids.phoneNumberFromJid). */
export function formattedPhoneNumber(jid: string): string {
  if (!jid.endsWith(USER_DOMAIN)) throw new Error(`phoneNumberFromJid called with non-user jid "${jid}"`);
  return formatPhone(jid.slice(0, -USER_DOMAIN.length));
}
