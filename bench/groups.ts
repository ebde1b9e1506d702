/** What members do to conversations, beside what they send in them. */
import type { Stage } from '#test/support/stage';
import { type Operation, runsOf } from './measure.ts';
import { mustAnswer, type Pair } from './operations.ts';
import { invite, say } from './scenes.ts';

/** Pins the newest message between two people. */
export function pin(stage: Stage, { author, other, conversation }: Pair): Operation {
  let seq = 0;
  return {
    name: 'pin a message, 2 members',
    asks: { requests: 1 },
    async prepare() {
      await say(stage, conversation, author.person.username, 'Pin me');
      ({ seq } = (await author.person.get(`/conversations/${conversation}`)).body);
    },
    async run() {
      await mustAnswer(author.person.request('PUT', `/conversations/${conversation}/pins/${seq}`));
      await other.socket.next('conversation_updated');
    },
  };
}

/** Lists what `pin` has pinned. */
export function listPinned({ author, conversation }: Pair): Operation {
  return {
    name: 'list the pinned messages',
    asks: { requests: 1 },
    run: () => mustAnswer(author.person.get(`/conversations/${conversation}/pins`)),
  };
}

/** Joins a group of one to six people by its invite link. @param times how often it is measured */
export async function joinByLink(stage: Stage, { author }: Pair, times: number): Promise<Operation> {
  const guests = await invite(stage, 'joiner', runsOf(times));
  const { person, socket } = author;
  const { id } = (await person.post('/conversations', { title: 'Trip', members: [] })).body;
  const { code } = (await person.post(`/conversations/${id}/invite-links`)).body;
  return {
    name: 'join a group by an invite link',
    asks: { requests: 1 },
    async run(time) {
      const guest = guests[time];
      if (!guest) throw new Error('unable to join; nobody is left');
      await mustAnswer(guest.person.post(`/invite-links/${code}`));
      await socket.next('conversation_updated');
    },
  };
}
