/** What a person shows of itself. */

/** The text of who has written none. */
const ABOUT = 'Hey there! I am using WhatsApp.';

export interface Picture {
  /** digits; each picture has its own */
  readonly id: string;
  readonly url: string;
  readonly directPath: string;
}

export class Profile {
  /** null: hidden */
  about: string | null = ABOUT;
  /** null: none */
  picture: Picture | null = null;
}

let lastPicture = 0;

/** @param place where the media host keeps it: pictures are not encrypted */
export function makePicture(place: Omit<Picture, 'id'>): Picture {
  lastPicture += 1;
  return { id: String(1_600_000_000 + lastPicture), ...place };
}
