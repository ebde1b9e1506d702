/** Several clients that do random things while everything that can go wrong goes wrong. */
import { type Conversation, createChat, type Message, ParleyError } from '#client/index';
import type { LocalRuntime } from '#local/start';
import type { Chat as Stack } from '../flow/chat.ts';
import type { Person } from '../flow/person.ts';
import { cuttableSockets } from './cuttable.ts';
import { pick, randomFrom, weighted } from './random.ts';

/** One device of somebody. */
export interface Device {
  readonly name: string;
  readonly person: Person;
  readonly chat: ReturnType<typeof createChat>;
  readonly conversations: readonly Conversation[];
  cut(): void;
  /** What was wrong while it ran. */
  readonly complaints: string[];
}

/** What of a message has to be the same for everybody. */
export function logOf(messages: readonly Message[]): string[] {
  return messages.map(({ seq, id, from_user, message, deleted, edited_at, reactions }) =>
    JSON.stringify([seq, id, from_user.username, message, deleted, edited_at, Object.entries(reactions).sort()]),
  );
}

const faults = {
  killWorker: 0.01,
  postGone: 0.02,
  postThrottled: 0.05,
  dropDisconnect: 0.3,
  repeatBatch: 0.2,
  delayBatch: 300,
};

export function switchFaults(local: LocalRuntime, on: boolean, random: () => number): void {
  const off = Object.fromEntries(Object.keys(faults).map((name) => [name, 0]));
  Object.assign(local.faults, on ? { ...faults, random } : off);
}

/** What was stored, by conversation: all that a client must have once it says that it is live. */
export type Stored = Map<string, Map<number, string>>;

export async function openDevice(
  name: string,
  person: Person,
  ids: readonly string[],
  stored: Stored,
  random: () => number,
): Promise<Device> {
  const sockets = cuttableSockets();
  const chat = createChat({
    url: person.outputs.WebUrl,
    getToken: () => person.tokens.access,
    WebSocket: sockets.WebSocket,
    random,
  });
  const conversations = await Promise.all(ids.map((id) => chat.open(id)));
  const complaints: string[] = [];

  for (const conversation of conversations) {
    let seen = conversation.messages.length;
    conversation.listen(() => {
      const { messages } = conversation;
      if (messages.length < seen) complaints.push(`${name} lost messages of ${conversation.id}`);
      seen = messages.length;
      if (messages.some(({ seq }, place) => seq <= (messages[place - 1]?.seq ?? 0))) {
        complaints.push(`${name} has ${conversation.id} in another order`);
      }
    });
  }
  let before: Map<string, number[]> = new Map();
  chat.onState(({ is }) => {
    if (is === 'catching up') before = new Map([...stored].map(([id, messages]) => [id, [...messages.keys()]]));
    if (is !== 'live') return;
    for (const { id, messages } of conversations) {
      const has = new Set(messages.map(({ seq }) => seq));
      const missing = (before.get(id) ?? []).filter((seq) => !has.has(seq));
      if (missing.length > 0) complaints.push(`${name} says it is live without ${missing.join(', ')} of ${id}`);
    }
  });
  return { name, person, chat, conversations, cut: sockets.cut, complaints };
}

const weights = { send: 70, react: 10, edit: 6, delete: 2, cut: 4, read: 4, type: 2, look: 2 };

export interface Sent {
  readonly device: string;
  readonly conversation: string;
  readonly text: string;
}

/** Does so many things, a few at a time, until all of them are acknowledged. @returns what was sent, in order */
export async function actAtRandom(options: {
  readonly devices: readonly Device[];
  readonly operations: number;
  readonly stored: Stored;
  readonly seed: number;
}): Promise<Sent[]> {
  const { devices, operations, stored } = options;
  const random = randomFrom(options.seed);
  const sent: Sent[] = [];
  const waiting = new Set<Promise<unknown>>();

  for (let number = 0; number < operations; number++) {
    const device = pick(random, devices);
    const conversation = pick(random, device.conversations);
    const own = conversation.messages.filter(
      ({ from_user, content_type, deleted }) =>
        from_user.username === device.person.username && content_type === 'text' && !deleted,
    );
    const anybodys = conversation.messages.filter(({ content_type }) => content_type === 'text').slice(-10);
    const what = weighted(random, weights);
    if (what === 'cut') device.cut();
    else if (what === 'look') void device.chat.check();
    else if (what === 'read') conversation.read();
    else if (what === 'type') conversation.typing.type();
    else if (what === 'react' && anybodys.length > 0) {
      const remove = random() < 0.3;
      keep(attempt(conversation.react(pick(random, anybodys).seq, pick(random, ['👍', '🎉', '😀']), { remove })));
    } else if (what === 'edit' && own.length > 0) {
      keep(attempt(conversation.edit(pick(random, own).seq, `edited ${number}`)));
    } else if (what === 'delete' && own.length > 0) keep(attempt(conversation.delete(pick(random, own).seq)));
    else {
      const text = `${device.name} ${number}`;
      sent.push({ device: device.name, conversation: conversation.id, text });
      keep(
        conversation.send(text).then(({ seq }) => {
          const messages = stored.get(conversation.id) ?? new Map();
          stored.set(conversation.id, messages.set(seq, text));
        }),
      );
    }
    while (waiting.size > 3 * devices.length) await Promise.race(waiting);
  }
  await Promise.all(waiting);
  return sent;

  function keep(promise: Promise<unknown>): void {
    const kept: Promise<unknown> = promise.finally(() => waiting.delete(kept));
    waiting.add(kept);
  }
}

/** Changes may come too late, or once too often; that is told, and nothing else. */
async function attempt(change: Promise<unknown>): Promise<void> {
  await change.catch((error: unknown) => {
    if (!(error instanceof ParleyError) || !['not_found', 'conflict'].includes(error.code)) throw error;
  });
}

/** The log as the server has it. */
export async function logOnServer(person: Person, id: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (let next: string | null = `/conversations/${id}/messages?after=0&limit=100`; next !== null; ) {
    const { body } = await person.get(next);
    messages.push(...body.results);
    next = body.next;
  }
  return messages;
}

export type { Stack };
