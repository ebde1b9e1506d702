import { addCopies } from '#test/support/copies';
import type { Person } from '#test/support/person';
import type { Stage } from '#test/support/stage';

const words = 'a line of a conversation that has gone on for years and has said most of what there is to say'.split(
  ' ',
);

/** Fills a conversation: the first and the last message are sent, and those between are written to the table as copies of the first. */
export async function longConversation(
  stage: Stage,
  writer: Person,
  conversation: string,
  messages: number,
): Promise<void> {
  await writer.post(`/conversations/${conversation}/messages`, { message: 'The first of all.' });
  await addCopies(stage.store.table, conversation, {
    first: 2,
    last: messages - 1,
    // Some are short, and some have many lines.
    textOf: (seq) =>
      `${seq}: ${words.slice(0, 1 + ((seq * 7) % words.length)).join(' ')}${seq % 11 === 0 ? `\n${words.join(' ')}` : ''}`,
  });
  await writer.post(`/conversations/${conversation}/messages`, { message: 'The last of all.' });
}
