/** What a user changes about themself and about other people, with a socket for everything open. */
import type { Operation } from './measure.ts';
import { mustAnswer, type Pair } from './operations.ts';

/** Blocks the other, who is online, or ends that. */
export function block({ author, other }: Pair, ends: boolean): Operation {
  const path = `/me/blocks/${other.person.username}`;
  const [before, now] = ends ? (['PUT', 'DELETE'] as const) : (['DELETE', 'PUT'] as const);
  return {
    name: ends ? 'end of a block' : 'block',
    asks: { requests: 1 },
    prepare: () => mustAnswer(author.person.request(before, path)),
    async run() {
      await mustAnswer(author.person.request(now, path));
      await author.socket.next(ends ? 'user_unblocked' : 'user_blocked');
    },
  };
}

/** Another name, by which people search. */
export function rename({ author }: Pair): Operation {
  return {
    name: 'change of one’s own name',
    asks: { requests: 1 },
    async run(time) {
      await mustAnswer(author.person.request('PATCH', '/me', { name: `Number ${time}` }));
      await author.socket.next('profile_changed');
    },
  };
}
