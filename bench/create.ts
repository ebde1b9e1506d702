import { limits } from '#protocol/limits';
import { arrived, inBatches, type Stage } from '#test/support/stage';
import { type Measured, measure, range, runsOf, typical } from './measure.ts';
import type { Guest } from './scenes.ts';
import { fillIdempotencyWindow, seat } from './scenes.ts';

/** The measured `create`, and the events that every member's connection got. */
export interface MeasuredCreate extends Measured {
  readonly members: number;
  /** Chunks of the fan-out in a large room; 0 where the sender's function posts to all. */
  readonly chunks: number;
  /** Open connections that should get the message. */
  readonly connections: number;
  /** Connections that did not get exactly one `chat_message` each time. */
  readonly wrong: number;
  /** `message_delivered` events of all runs: receipts for members in later chunks. */
  readonly late: number;
}

/**
 * Sends to a conversation of these guests, from the first: named by its members where there are few, otherwise a room.
 * The author has sent 24 messages before, so that the idempotency window has its largest size.
 * @param what.absent more members, who have no connection
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
  const names = guests.map(({ person }) => person.username).sort();
  const isNamed = members <= limits.namedMembers && members === guests.length;
  const conversation = what.conversation ?? (isNamed ? names.join('_') : `room:of-${members}`);
  await seat(
    stage,
    conversation,
    guests.map(({ person }) => person),
  );
  const absent = (what.absent ?? []).map((username) => ({ username }));
  await seat(stage, conversation, absent);
  await fillIdempotencyWindow(stage, conversation, author.person.username);

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
  const wrong = guests.filter((guest) => messagesOf(guest) - (before.get(guest) ?? 0) !== runsOf(times)).length;
  const inline = inlineMembers(stage.runtime);
  const chunks = members > inline ? Math.ceil((members - 1) / inline) : 0;
  return { ...measured, members, chunks, connections: guests.length, wrong, late: lateOf() - lateBefore };
}

/** The largest conversation in which the sender's function posts to all members. */
function inlineMembers({ functions }: Stage['runtime']): number {
  const { INLINE_MEMBERS } = functions.config('SocketFunction').environment;
  return Number(INLINE_MEMBERS);
}

/** The units that the sender's own invocation read and wrote. */
export const ownUnits = (create: Measured) => ({
  written: range(create, 'dynamodb.write-units:SocketFunction'),
  read: range(create, 'dynamodb.read-units:SocketFunction'),
});

/** The read units of a send by purpose. */
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
