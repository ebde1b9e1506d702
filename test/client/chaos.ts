/** Several clients that do random things while everything that can go wrong goes wrong. */
import { type Conversation, createChat, type Message, ParleyError, type Sending } from '@parley/client';
import type { LocalRuntime } from '@parley/local';
import type { Person } from '../support/person.ts';
import { cuttableSockets } from './cuttable.ts';
import { pick, pickIf, weighted } from './random.ts';

/** One device of somebody, and one program on it after the other. */
export interface Device {
  readonly name: string;
  readonly person: Person;
  readonly chat: ReturnType<typeof createChat>;
  readonly conversations: readonly Conversation[];
  /** Is a program running? */
  readonly ready: boolean;
  /** Resolves when the present program has ended. */
  readonly ended: Promise<void>;
  /** The id that was given last. */
  readonly lastId: string;
  /** @returns whether there was a socket to be cut */
  cut(): boolean;
  /** Ends the program in the middle of what it does; another one takes over what it had not finished. */
  restart(): Promise<void>;
  /** What was wrong while it ran. */
  readonly complaints: string[];
  /** How often what the server answered to a first or further try to send was each of these statuses. */
  readonly answers: ReadonlyMap<number, number>;
}

/** What of a message has to be the same for everybody. */
export function logOf(messages: readonly Message[]): string[] {
  return messages.map(({ seq, id, from_user, message, deleted, edited_at, reactions }) =>
    JSON.stringify([seq, id, from_user.username, message, deleted, edited_at, Object.entries(reactions).sort()]),
  );
}

const faults = {
  killWorker: 0.005,
  postGone: 0.005,
  postThrottled: 0.03,
  dropDisconnect: 0.3,
  repeatBatch: 0.2,
  delayBatch: 300,
};

export function switchFaults(local: LocalRuntime, on: boolean, random: () => number): void {
  const off = Object.fromEntries(Object.keys(faults).map((name) => [name, 0]));
  Object.assign(local.faults, on ? { ...faults, random } : off);
}

/** Numbers of what was stored, by conversation: all that a client must have once it says that it is live. */
export type Stored = Map<string, Set<number>>;

export async function openDevice(
  name: string,
  person: Person,
  ids: readonly string[],
  stored: Stored,
  random: () => number,
): Promise<Device> {
  const { WebUrl, HttpUrl: http, WebSocketUrl: socket } = person.outputs;
  // One comes through CloudFront, the others to the two APIs themselves, which costs less.
  const url = name === 'phone' ? WebUrl : { http, socket };
  const sockets = cuttableSockets();
  const kept = new Map<string, Sending>();
  const complaints: string[] = [];
  const answers = new Map<number, number>();
  let given = 0;

  async function start() {
    let over = false;
    const chat = createChat({
      url,
      getToken: () => person.tokens.access,
      WebSocket: sockets.WebSocket,
      newId: () => `${name}-${++given}`,
      outbox: {
        load: async () => [...kept.values()],
        put: async (sending) => void kept.set(sending.client_id, sending),
        delete: async (id) => void kept.delete(id),
      },
      // What the server answers to a program that has ended is lost.
      fetch: async (address, init) => {
        const response = await fetch(address, init);
        if (init?.method === 'POST' && String(address).endsWith('/messages')) {
          answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
        }
        if (over) throw new TypeError('the program has ended');
        return response;
      },
      random,
    });
    const kill = () => {
      over = true;
      chat.close();
    };
    const conversations = await Promise.all(ids.map((id) => chat.open(id)));
    for (const conversation of conversations) watchOrder(conversation);
    watchCompleteness(chat, conversations);
    return { chat, conversations, kill };
  }

  function watchOrder(conversation: Conversation): void {
    let before = conversation.messages;
    conversation.listen(() => {
      const { messages } = conversation;
      if (messages === before) return;
      if (messages.length < before.length) complaints.push(`${name} lost messages of ${conversation.id}`);
      before = messages;
      if (messages.some(({ seq }, place) => seq <= (messages[place - 1]?.seq ?? 0))) {
        complaints.push(`${name} has ${conversation.id} in another order`);
      }
    });
  }

  function watchCompleteness(chat: Device['chat'], conversations: readonly Conversation[]): void {
    let before: Map<string, number[]> = new Map();
    chat.onState(({ is }) => {
      if (is === 'catching up') before = new Map([...stored].map(([id, messages]) => [id, [...messages]]));
      if (is !== 'live') return;
      for (const { id, messages } of conversations) {
        const has = new Set(messages.map(({ seq }) => seq));
        const first = messages[0]?.seq ?? 0;
        const missing = (before.get(id) ?? []).filter((seq) => seq >= first && !has.has(seq));
        if (missing.length > 0) complaints.push(`${name} says it is live without ${missing.join(', ')} of ${id}`);
      }
    });
  }

  let program = await start();
  let ready = true;
  let end = () => {};
  let ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    ...{ name, person, complaints, answers },
    get chat() {
      return program.chat;
    },
    get conversations() {
      return program.conversations;
    },
    get ready() {
      return ready;
    },
    get ended() {
      return ended;
    },
    get lastId() {
      return `${name}-${given}`;
    },
    cut: sockets.cut,
    async restart() {
      ready = false;
      program.kill();
      end();
      ended = new Promise((resolve) => {
        end = resolve;
      });
      program = await start();
      ready = true;
    },
  };
}

const weights = { send: 80, react: 6, edit: 4, delete: 2, cut: 2, restart: 1, read: 2, type: 2, look: 0.3 };

export interface Sent {
  readonly device: string;
  readonly conversation: string;
  readonly clientId: string;
}

export interface Acted {
  /** In order. */
  readonly sent: readonly Sent[];
  /** How often each thing was done. */
  readonly done: Readonly<Record<keyof typeof weights, number>>;
}

/** Does things at random, many at once, until so many messages were sent and all is acknowledged. */
export async function actAtRandom(options: {
  readonly devices: readonly Device[];
  readonly messages: number;
  readonly stored: Stored;
  readonly random: () => number;
}): Promise<Acted> {
  const { devices, messages, stored, random } = options;
  const sent: Sent[] = [];
  const done = { send: 0, react: 0, edit: 0, delete: 0, cut: 0, restart: 0, read: 0, type: 0, look: 0 };
  const waiting = new Set<Promise<unknown>>();

  for (let number = 0; sent.length < messages; number++) {
    const running = devices.filter(({ ready }) => ready);
    if (running.length === 0) {
      await someone();
      continue;
    }
    const device = pick(random, running);
    const conversation = pick(random, device.conversations);
    const latest = conversation.messages.slice(-100).filter(({ content_type }) => content_type === 'text');
    const own = latest.filter(({ from_user, deleted }) => from_user.username === device.person.username && !deleted);
    const target = pickIf(random, own);
    const anybodys = pickIf(random, latest.slice(-10));
    const what = weighted(random, weights);
    if (what === 'cut') done.cut += Number(device.cut());
    else if (what === 'react' && anybodys) {
      done.react++;
      const remove = random() < 0.3;
      change(device, conversation.react(anybodys.seq, pick(random, ['👍', '🎉', '😀']), { remove }));
    } else if (what === 'edit' && target) {
      done.edit++;
      change(device, conversation.edit(target.seq, `edited ${number}`));
    } else if (what === 'delete' && target) {
      done.delete++;
      change(device, conversation.delete(target.seq));
    } else if (what === 'restart' || what === 'look' || what === 'read' || what === 'type') {
      done[what]++;
      if (what === 'restart') keep(device.restart());
      if (what === 'look') void device.chat.check();
      if (what === 'read') conversation.read();
      if (what === 'type') conversation.typing.type();
    } else {
      // Several at once wait for each other.
      for (let more = random() < 0.1 ? 5 : 1; more > 0; more--) {
        done.send++;
        const sending = conversation.send(`${device.name} says ${number}`).then(({ seq }) => {
          stored.set(conversation.id, (stored.get(conversation.id) ?? new Set()).add(seq));
        });
        sent.push({ device: device.name, conversation: conversation.id, clientId: device.lastId });
        keep(Promise.race([sending, device.ended]));
      }
    }
    while (waiting.size > 10 * devices.length) await someone();
  }
  while (waiting.size > 0) await someone();
  return { sent, done };

  /** Changes may come too late, or once too often; that is told, and nothing else. */
  function change({ ended }: Device, made: Promise<unknown>): void {
    const told = made.catch((error: unknown) => {
      if (!(error instanceof ParleyError) || !['not_found', 'conflict'].includes(error.code)) throw error;
    });
    keep(Promise.race([told, ended]));
  }

  /** Resolves when something of what is waited for is done; what takes minutes never will be. */
  async function someone(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(complaint())), 180_000);
    });
    await Promise.race([...waiting, stuck]).finally(() => clearTimeout(timer));
  }

  function complaint(): string {
    const states = devices.map(({ name, chat, conversations }) => {
      const first = conversations.flatMap(({ pending }) => pending.slice(0, 1));
      return `${name} is ${chat.state.is} and waits for ${JSON.stringify(first)}`;
    });
    return `nothing was acknowledged for three minutes after ${sent.length} messages: ${states.join('; ')}`;
  }

  function keep(promise: Promise<unknown>): void {
    const kept: Promise<unknown> = promise.finally(() => waiting.delete(kept));
    waiting.add(kept);
  }
}

/** All that an earlier program left is sent, too. */
export async function finish({ conversations }: Device): Promise<void> {
  for (const conversation of conversations) {
    await new Promise<void>((resolve) => {
      const look = () => conversation.pending.length === 0 && resolve();
      conversation.listen(look);
      look();
    });
  }
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
