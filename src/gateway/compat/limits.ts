// Limits of the routes of other programs.

/** The longest body with a file in base64: more than WhatsApp's largest image, and little enough to be held in memory. */
export const MAX_FILE_BODY_BYTES = 24 * 2 ** 20;
/** Files that are held in memory at a time, in bodies and in answers. Each takes several times its size for a moment. */
export const MAX_HELD_FILES = 6;
/** How many of them one account, or the bodies that arrive for one token, may have. */
export const MAX_HELD_FILES_EACH = 2;
/** Requests that wait for a place. */
export const MAX_WAITING_FILES = 32;
/** How long a file that is held waits for a place of its account. */
export const ACCOUNT_WAIT_MS = 5_000;
/** As for all other routes. A body or a file that is no longer needs no place. */
export const SMALL_BODY_BYTES = 2 ** 20;
