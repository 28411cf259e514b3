// Runs in the page: votes in a poll, and counts its votes.
import type { MessageRef } from '../../protocol/wid.js';
import type { Tools } from './messages.js';
import type { PageMsg, PageWindow } from './page-window.js';

declare const window: PageWindow;

interface Option {
  readonly name: string;
  readonly localId: number;
}
/** A row of WAWebPollsVotesSchema: one for each voter, with all options that this person has chosen now. */
interface VoteRow {
  readonly sender: string;
  readonly selectedOptionLocalIds: ArrayBuffer | readonly number[];
  /** Milliseconds. */
  readonly senderTimestampMs?: number;
}

export function makePolls(tools: Tools) {
  const { refuse, answered } = tools;

  const pollOf = async (ref: MessageRef): Promise<PageMsg> => {
    const msg = await tools.message(ref);
    return msg.type === 'poll_creation' ? msg : refuse('not_allowed', 'The message is not a poll.');
  };
  const optionsOf = (msg: PageMsg): Option[] =>
    ((msg.pollOptions ?? []) as Partial<Option>[]).map(({ name, localId }, index) => ({
      name: String(name),
      localId: typeof localId === 'number' ? localId : index,
    }));
  /** Options are named by their text, or by their place, as `#2`. */
  const chosenOf = (options: readonly Option[], wanted: readonly string[]): Option[] =>
    wanted.map((name) => {
      const place = /^#(\d+)$/.exec(name)?.[1];
      const found =
        options.find((option) => option.name === name) ??
        (place === undefined ? undefined : options[Number(place) - 1]);
      // The sender chooses how many options there are, and how long they are.
      const all = options
        .map((option) => option.name)
        .join(', ')
        .slice(0, 1_000);
      return found ?? refuse('invalid_params', `The poll has no option "${name}"; it has: ${all}.`);
    });

  return {
    /** Replaces the vote of this account; an empty list takes it back. */
    async vote(ref: MessageRef, wanted: readonly string[]) {
      const msg = await pollOf(ref);
      const chosen = [...new Set(chosenOf(optionsOf(msg), wanted))];
      if (chosen.length > 1 && msg.pollSelectableOptionsCount === 1)
        refuse('invalid_params', 'Only one option of this poll can be chosen.');
      const endsAt = Number(msg.pollEndTime);
      if (msg.pollInvalidated === true || (endsAt > 0 && endsAt * 1_000 < Date.now()))
        refuse('not_allowed', 'The poll is over.');
      const { sendVote } = window.require('WAWebPollsSendVoteMsgAction');
      await answered(
        'outcome_unknown',
        'the vote',
        sendVote(msg, new Set(chosen.map(({ localId }) => localId))),
      );
      return { parts: tools.parts(msg), vote: chosen.map(({ name }) => name) };
    },

    /** The votes that this page has received, by option. */
    async votes(ref: MessageRef) {
      const msg = await pollOf(ref);
      const table = window.require('WAWebPollsVotesSchema').getTable();
      const rows = new Map<string, VoteRow>();
      for (const key of tools.keysOf(msg))
        for (const row of (await table.equals(['parentMsgKey'], key)) as VoteRow[]) {
          // A person may have voted under both identities; the newest vote counts.
          const who = tools.names(tools.text(row.sender)).sort().join();
          const before = rows.get(who)?.senderTimestampMs ?? 0;
          if ((row.senderTimestampMs ?? 0) >= before) rows.set(who, row);
        }
      const cast = [...rows.values()].map(({ sender, selectedOptionLocalIds: chosen }) => ({
        voter: { ...tools.identity(sender), fromMe: tools.isMe(sender) },
        chosen: [...new Uint8Array(chosen)],
      }));
      const options = optionsOf(msg).map(({ name, localId }) => {
        const voters = cast.filter(({ chosen }) => chosen.includes(localId)).map(({ voter }) => voter);
        return { text: name, votes: voters.length, voters };
      });
      return {
        parts: tools.parts(msg),
        question: tools.word(msg.pollName),
        multiple: msg.pollSelectableOptionsCount === 0,
        options,
        voters: cast.filter(({ chosen }) => chosen.length > 0).length,
      };
    },
  };
}
