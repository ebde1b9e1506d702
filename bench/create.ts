import { arrived, inBatches, type Stage } from '#test/support/stage';
import { type Measured, measure, range, typical } from './measure.ts';
import type { Guest } from './scenes.ts';
import { fillRing, seat } from './scenes.ts';

/** `create`, measured, and what every member's device got. */
export interface MeasuredCreate extends Measured {
  readonly members: number;
  /** Chunks that the others of a large room are posted to in; 0 where the sender posts to all. */
  readonly chunks: number;
  /** Live connections that the message is for. */
  readonly connections: number;
  /** Connections that did not get exactly one `chat_message` each time. */
  readonly wrong: number;
  /** `message_delivered` frames, all times together: the author is told later of members who were reached later. */
  readonly late: number;
}

/**
 * Sends to a conversation of these guests; the first is the author. Two of them talk to each other directly, more meet in a room.
 * @param what.absent more members, who have no device
 * The author has sent 24 messages before, so that the membership is as large as it gets.
 */
export async function measureCreate(
  stage: Stage,
  guests: readonly Guest[],
  times: number,
  what: { name?: string; conversation?: string; absent?: readonly string[] } = {},
): Promise<MeasuredCreate> {
  const [author, other] = guests;
  const members = guests.length + (what.absent ?? []).length;
  if (!author || !other) throw new Error('unable to measure a send; a conversation has at least two members');
  const names = [author.person.username, other.person.username].sort();
  const conversation = what.conversation ?? (members === 2 ? names.join('_') : `room:of-${members}`);
  await seat(
    stage,
    conversation,
    guests.map(({ person }) => person),
  );
  const absent = (what.absent ?? []).map((username) => ({ username }));
  await seat(stage, conversation, absent);
  await fillRing(stage, conversation, author.person.username);

  const messagesOf = ({ socket }: Guest) => socket.received.filter(({ type }) => type === 'chat_message').length;
  const lateOf = () => author.socket.received.filter(({ type }) => type === 'message_delivered').length;
  const before = new Map(guests.map((guest) => [guest, messagesOf(guest)]));
  const lateBefore = lateOf();
  const measured = await measure(
    stage.runtime,
    {
      name: what.name ?? `create, ${members.toLocaleString('en')} members`,
      asks: { frames: 1 },
      async run(time) {
        const frame = {
          type: 'create',
          conversation,
          message: 'See you at eight?',
          client_id: `send ${time}`,
        };
        author.socket.send(frame);
        for (;;) {
          const event = await author.socket.next();
          if (event.type === 'error') throw new Error(`unable to measure a send; ${event.message}`);
          if (event.type === 'chat_message' && event.client_id === frame.client_id) return;
        }
      },
    },
    times,
  );
  await inBatches(guests, 100, ({ socket }) => arrived(socket));
  // With the first time, which warms up.
  const wrong = guests.filter((guest) => messagesOf(guest) - (before.get(guest) ?? 0) !== times + 1).length;
  const inline = inlineMembers(stage.runtime);
  const chunks = members > inline ? Math.ceil((members - 1) / inline) : 0;
  return { ...measured, members, chunks, connections: guests.length, wrong, late: lateOf() - lateBefore };
}

/** Members up to which the served stack's functions post to all themselves. */
function inlineMembers({ functions }: Stage['runtime']): number {
  const { INLINE_MEMBERS } = functions.config('SocketFunction').environment;
  return Number(INLINE_MEMBERS);
}

/** What the sender's own call read and wrote. */
export const ownUnits = (create: Measured) => ({
  written: range(create, 'dynamodb.write-units:SocketFunction'),
  read: range(create, 'dynamodb.read-units:SocketFunction'),
});

/** What the reads of a send were for, in read units. */
export function readsOf(create: Measured): { membership: number; members: number; keys: number } {
  return {
    membership: typical(create, 'dynamodb.read-units.GetItem'),
    members: typical(create, 'dynamodb.read-units.BatchGetItem'),
    keys: typical(create, 'dynamodb.read-units.Query'),
  };
}

export const writeUnits = (measured: Measured) => range(measured, 'dynamodb.write-units');
export const readUnits = (measured: Measured) => range(measured, 'dynamodb.read-units');
export const posts = (measured: Measured) => range(measured, 'connections.post');
