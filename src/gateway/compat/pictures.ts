// Answers with the text or the picture of a profile. Both programs give the address of a picture at WhatsApp's servers, which the
// daemon does not pass on: the answer has a `data:` URL with the picture itself.
import { json, type Reply } from '../../http/reply.js';
import { Fault } from '../../protocol/fault.js';
import type { Answered } from '../../protocol/types.js';
import { answerWithFile } from './file.js';
import type { Door } from './row.js';

type Parts = Pick<Answered<'contact.profile'>, 'about' | 'picture' | 'unanswered'>;

/** Says what the url of a picture is, for the docs. */
export const PICTURES = 'a `data:` URL with the picture, or null.';

/** What was not answered in time may exist: null would say that there is none. @throws Fault page_error */
function refuseUnanswered({ unanswered }: Parts, part: Parts['unanswered'][number]): void {
  if (unanswered.includes(part))
    throw new Fault('page_error', { reason: 'WhatsApp did not answer in time.', hint: null });
}

/** @throws (rejects) Fault of contact.profile */
export async function aboutOf(door: Door, account: string, contact: string): Promise<string | null> {
  const profile = await door.ask(account, 'contact.profile', { contact });
  refuseUnanswered(profile, 'about');
  return profile.about;
}

/** @param answer makes the answer of the url. @throws (rejects) Fault of contact.profile and answerWithFile */
export const answerWithPicture = async (
  door: Door,
  account: string,
  contact: string,
  answer: (url: string | null) => object,
): Promise<Reply> =>
  answerWithUrl(
    door,
    account,
    await door.ask(account, 'contact.profile', { contact, picture: true }),
    answer,
  );

/** The same for a profile that was read. @throws (rejects) Fault page_error, and those of answerWithFile */
export async function answerWithUrl(
  door: Door,
  account: string,
  profile: Parts,
  answer: (url: string | null) => object,
): Promise<Reply> {
  refuseUnanswered(profile, 'picture');
  const { picture } = profile;
  if (picture === null) return json(answer(null));
  return answerWithFile(door, account, picture, (data) => answer(`data:${picture.mimetype};base64,${data}`));
}
