/** Every operation of the protocol except `create`, each with its own two guests: the author and the other. */
import { createUser } from '#lambdas/store/user';
import type { Person } from '#test/support/person';
import type { Socket } from '#test/support/socket';
import type { Stage } from '#test/support/stage';
import type { Operation } from './measure.ts';
import { type Guest, invite, say, seat } from './scenes.ts';

/** A picture of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export interface Pair {
  readonly author: Guest;
  readonly other: Guest;
  readonly conversation: string;
}

/** Two people with a socket each, and their direct conversation with one message. */
export async function pair(stage: Stage, name: string): Promise<Pair> {
  const [author, other] = await invite(stage, name, 2);
  if (!author || !other) throw new Error('unable to set the scene; two were invited');
  const conversation = [author.person.username, other.person.username].sort().join('_');
  await seat(stage, conversation, [author.person, other.person]);
  await say(stage, conversation, author.person.username, 'Hello');
  return { author, other, conversation };
}

export function typing({ author, other, conversation }: Pair): Operation {
  return {
    name: 'typing, 2 members',
    asks: { frames: 1 },
    run() {
      author.socket.send({ type: 'typing', conversation, typing: true });
      return other.socket.next('typing');
    },
  };
}

export function readMessages(stage: Stage, { author, other, conversation }: Pair): Operation {
  return {
    name: 'read_messages, 2 members',
    asks: { frames: 1 },
    prepare: () => say(stage, conversation, author.person.username, 'Read me'),
    run() {
      other.socket.send({ type: 'read_messages', conversation });
      return other.socket.next('unread_count');
    },
  };
}

/** One's own setting of a conversation changes each time, with one's socket for everything open, and the inbox is read for the new total. */
export function changeSettings(stage: Stage, { author, other, conversation }: Pair): Operation {
  let muted = false;
  return {
    name: 'change of one’s own settings',
    asks: { requests: 1 },
    prepare: () => say(stage, conversation, author.person.username, 'Count me'),
    async run() {
      muted = !muted;
      await mustAnswer(
        other.person.request('PATCH', `/conversations/${conversation}/settings`, {
          notify: muted ? 'mentions' : 'all',
        }),
      );
      await other.socket.next('unread_count');
    },
  };
}

/** Reading again what was marked as unread, where the cursor does not move. */
export function readMarked({ other, conversation }: Pair): Operation {
  return {
    name: 'read_messages, marked as unread',
    asks: { frames: 1 },
    async prepare() {
      await other.person.post(`/conversations/${conversation}/read`);
      await mustAnswer(other.person.request('PATCH', `/conversations/${conversation}/settings`, { unread_from: 1 }));
      await other.socket.rest();
    },
    run() {
      other.socket.send({ type: 'read_messages', conversation });
      return other.socket.next('unread_count');
    },
  };
}

export function ping({ author }: Pair): Operation {
  return { name: 'ping', asks: { frames: 1 }, run: () => author.socket.ask({ type: 'ping' }, 'pong') };
}

/** Opens a socket of this scope until its first event, while the author is online and the other is offline. */
export function connect(
  { other }: Pair,
  scope: string,
  query: Readonly<Record<string, string>>,
  first: string,
): Operation {
  let open: Socket | undefined;
  return {
    name: `connect, ${scope}`,
    asks: {},
    async prepare() {
      await other.socket.close();
      await open?.close();
    },
    async run() {
      open = await other.person.connect(query);
      await open.next(first);
    },
  };
}

/** Closes the last socket of a user; a contact gets `presence`. */
export function disconnect({ author, other }: Pair): Operation {
  let open: Socket | undefined;
  const seen = async (online: boolean) => {
    while ((await author.socket.next('presence')).online !== online);
  };
  return {
    name: 'disconnect, everything',
    asks: {},
    async prepare(time) {
      if (time === 0) {
        await other.socket.close();
        await seen(false);
      }
      open = await other.person.everything();
      await seen(true);
    },
    async run() {
      await open?.close();
      await seen(false);
    },
  };
}

/** Closes the last socket of a user in a conversation; the other, with a socket for everything, gets `user_leave`. */
export function leave({ author, other, conversation }: Pair): Operation {
  let open: Socket | undefined;
  return {
    name: 'disconnect, one conversation',
    asks: {},
    async prepare(time) {
      if (time === 0) await other.socket.close();
      open = await other.person.enter(conversation);
    },
    async run() {
      await open?.close();
      await author.socket.next('user_leave');
    },
  };
}

/** A message, with a member who has a notification connection for the conversation. */
export async function createWatched({ author, other, conversation }: Pair): Promise<Operation> {
  const watching = await other.person.connect({ notifications: conversation });
  await watching.next('single_conversation_unread_count');
  return {
    name: 'create, and one member watches notifications',
    asks: { frames: 1 },
    run() {
      author.socket.send({ type: 'create', conversation, message: 'See you at eight?' });
      return watching.next('single_conversation_new_message_notification');
    },
  };
}

export function createOverHttp({ author, conversation }: Pair): Operation {
  return {
    name: 'create over HTTP, 2 members',
    asks: { requests: 1 },
    run: () => mustAnswer(author.person.post(`/conversations/${conversation}/messages`, { message: 'Hello' })),
  };
}

/** A page of messages. */
export function history(name: string, { author, conversation }: Pair, query = 'limit=50'): Operation {
  return {
    name,
    asks: { requests: 1 },
    run: () => mustAnswer(author.person.get(`/conversations/${conversation}/messages?${query}`)),
  };
}

/** A page of a search that finds nothing, so that it reads as much as a page can. */
export const search = (name: string, pair: Pair) => history(name, pair, 'q=nowhere');

/** A user with `count` direct conversations, each with a message that they have not read. */
export async function withInbox(stage: Stage, count: number): Promise<Guest> {
  const [owner] = await invite(stage, 'inbox', 1);
  if (!owner) throw new Error('unable to set the scene; one was invited');
  const names = Array.from({ length: count }, (_, index) => `contact${index}`);
  for (const username of names) {
    const conversation = [owner.person.username, username].sort().join('_');
    await createUser(stage.store, stage.newUser(username));
    await seat(stage, conversation, [owner.person, { username }]);
    await say(stage, conversation, username, 'Hello');
  }
  return owner;
}

/** One page of the inbox of a user. */
export function inbox({ person }: Guest, count: number): Operation {
  return {
    name: `inbox of ${count} conversations`,
    asks: { requests: 1 },
    run: () => mustAnswer(person.get(`/conversations?limit=${count}`)),
  };
}

/** Opens the only socket for everything of a user with `count` conversations. */
export function connectWithInbox({ person, socket }: Guest, count: number): Operation {
  let open = socket;
  return {
    name: `connect, everything, inbox of ${count}`,
    asks: {},
    prepare: () => open.close(),
    async run() {
      open = await person.connect();
      await open.next('conversations');
    },
  };
}

/** The form, the upload to S3, and the message that uses the file. */
export function upload({ author, conversation }: Pair): Operation {
  return {
    name: 'upload: form, file, create',
    asks: { requests: 1, frames: 1 },
    async run() {
      const file = { filename: 'a.png', content_type: 'image/png', size: png.length };
      const { id, url, fields } = await mustAnswer(
        author.person.post(`/conversations/${conversation}/attachments`, file),
      );
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
      form.append('file', new Blob([png]), file.filename);
      const { status } = await fetch(url, { method: 'POST', body: form });
      if (status !== 204) throw new Error(`unable to measure an upload; S3 answered ${status}`);
      await author.socket.ask({ type: 'create', conversation, attachments: [id] }, 'chat_message');
    },
  };
}

/** @throws Error when the API refuses */
export async function mustAnswer(answer: ReturnType<Person['get']>) {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`unable to measure; the API answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
