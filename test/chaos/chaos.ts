/** Several clients that act at random while the local runtime injects faults. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Conversation, createChat, type Message, type OutboxItem, ParleyError } from '@parley/client';
import type { LocalRuntime } from '@parley/local';
import type { Person } from '../support/person.ts';
import { cuttableSockets } from './cuttable.ts';
import { pick, pickIf, weighted } from './random.ts';

/** A device of a person. Programs run on it one after the other. */
export interface Device {
  readonly name: string;
  readonly person: Person;
  readonly chat: ReturnType<typeof createChat>;
  readonly conversations: readonly Conversation[];
  /** Is a program running now? */
  readonly ready: boolean;
  /** Resolves when the current program has ended. */
  readonly ended: Promise<void>;
  /** The newest `client_id`. */
  readonly lastId: string;
  /** Cuts the program's sockets. @returns whether there were any */
  cut(): boolean;
  /** Ends the program at once. The next one continues with its outbox. */
  restart(): Promise<void>;
  /** Rules that the client broke, as sentences. */
  readonly complaints: string[];
  /** How many requests to send were answered with each status over HTTP, or with the same error over the socket. */
  readonly answers: ReadonlyMap<number, number>;
}

/** The fields of messages that are the same for every member. */
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
  tableThrottled: 0.003,
  leftUnprocessed: 0.02,
  delayTable: 1,
  killEngine: 0.0001,
};

export function switchFaults(local: LocalRuntime, on: boolean, random: () => number): void {
  const off = Object.fromEntries(Object.keys(faults).map((name) => [name, 0]));
  Object.assign(local.faults, on ? { ...faults, random } : off);
}

/** The `seq` of each acknowledged message, by conversation. A client that is live must have them. */
export type Stored = Map<string, Set<number>>;

export async function openDevice(
  name: string,
  person: Person,
  ids: readonly string[],
  stored: Stored,
  random: () => number,
): Promise<Device> {
  const { WebUrl, HttpUrl: http, WebSocketUrl: socket } = person.outputs;
  // One device uses the CloudFront address. The others use the addresses of the two APIs, which is faster.
  const url = name === 'phone' ? WebUrl : { http, socket };
  const answers = new Map<number, number>();
  const count = (status: number) => answers.set(status, (answers.get(status) ?? 0) + 1);
  const sockets = cuttableSockets((text) => {
    const { type, code, message } = JSON.parse(text);
    if (type === 'error' && code === 'rate_limited') count(429);
    // Without a type it is API Gateway that says it: a function was killed.
    if ((type === 'error' && code === 'internal') || (type === undefined && message)) count(500);
  });
  const outboxItems = new Map<string, OutboxItem>();
  const complaints: string[] = [];
  let idCount = 0;

  async function start() {
    let hasEnded = false;
    const chat = createChat({
      url,
      getToken: () => person.tokens.access,
      WebSocket: sockets.WebSocket,
      newId: () => `${name}-${++idCount}`,
      outbox: {
        load: async () => [...outboxItems.values()],
        put: async (item) => void outboxItems.set(item.client_id, item),
        delete: async (id) => void outboxItems.delete(id),
      },
      // Answers to a program that has ended are lost.
      fetch: async (address, init) => {
        const response = await fetch(address, init);
        if (init?.method === 'POST' && String(address).endsWith('/messages')) {
          count(response.status);
        }
        if (hasEnded) throw new TypeError('the program has ended');
        return response;
      },
      random,
    });
    const kill = () => {
      hasEnded = true;
      chat.close();
    };
    const conversations = await Promise.all(ids.map((id) => chat.open(id)));
    for (const conversation of conversations) watchOrder(conversation);
    watchCompleteness(chat, conversations);
    return { chat, conversations, kill };
  }

  function watchOrder(conversation: Conversation): void {
    let before = conversation.messages;
    conversation.subscribe(() => {
      const { messages } = conversation;
      if (messages === before) return;
      // A client forgets the older half of a thousand messages, and nothing of the newer one.
      const first = messages[0]?.seq ?? 0;
      const kept = before.filter(({ seq }) => seq >= first).length;
      if (messages.length < Math.max(kept, Math.min(before.length, 500))) {
        complaints.push(`${name} lost messages of ${conversation.id}`);
      }
      before = messages;
      if (messages.some(({ seq }, place) => seq <= (messages[place - 1]?.seq ?? 0))) {
        complaints.push(`${name} has ${conversation.id} in another order`);
      }
    });
  }

  function watchCompleteness(chat: Device['chat'], conversations: readonly Conversation[]): void {
    let before: Map<string, number[]> = new Map();
    chat.onState(({ status }) => {
      if (status === 'catching up') before = new Map([...stored].map(([id, messages]) => [id, [...messages]]));
      if (status !== 'live') return;
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
    name,
    person,
    complaints,
    answers,
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
      return `${name}-${idCount}`;
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
  /** How often each action was done. */
  readonly done: Readonly<Record<keyof typeof weights, number>>;
}

/** Acts at random, with many requests at once, until all `messages` are sent and everything is acknowledged. */
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
      await nextDone();
      continue;
    }
    const device = pick(random, running);
    const conversation = pick(random, device.conversations);
    const latest = conversation.messages.slice(-100).filter(({ content_type }) => content_type === 'text');
    const own = latest.filter(({ from_user, deleted }) => from_user.username === device.person.username && !deleted);
    const target = pickIf(random, own);
    const recent = pickIf(random, latest.slice(-10));
    const action = weighted(random, weights);
    if (action === 'cut') done.cut += Number(device.cut());
    else if (action === 'react' && recent) {
      done.react++;
      const remove = random() < 0.3;
      change(device, conversation.react(recent.seq, pick(random, ['👍', '🎉', '😀']), { remove }));
    } else if (action === 'edit' && target) {
      done.edit++;
      change(device, conversation.edit(target.seq, `edited ${number}`));
    } else if (action === 'delete' && target) {
      done.delete++;
      change(device, conversation.delete(target.seq));
    } else if (action === 'restart' || action === 'look' || action === 'read' || action === 'type') {
      done[action]++;
      if (action === 'restart') keep(device.restart());
      if (action === 'look') void device.chat.check();
      if (action === 'read') conversation.read();
      if (action === 'type') conversation.typing.keystroke();
    } else {
      // Now and then five messages, which the client must send in order.
      for (let more = random() < 0.1 ? 5 : 1; more > 0; more--) {
        done.send++;
        const acknowledged = conversation.send(`${device.name} says ${number}`).then(({ seq }) => {
          stored.set(conversation.id, (stored.get(conversation.id) ?? new Set()).add(seq));
        });
        sent.push({ device: device.name, conversation: conversation.id, clientId: device.lastId });
        keep(Promise.race([acknowledged, device.ended]));
      }
    }
    while (waiting.size > 10 * devices.length) await nextDone();
  }
  while (waiting.size > 0) await nextDone();
  return { sent, done };

  /** A change may fail with these two codes, because another device was faster. Any other error fails the test. */
  function change({ ended }: Device, promise: Promise<unknown>): void {
    const outcome = promise.catch((error: unknown) => {
      if (!(error instanceof ParleyError) || !['not_found', 'conflict'].includes(error.code)) throw error;
    });
    keep(Promise.race([outcome, ended]));
  }

  /** Resolves when one of the pending actions is done. */
  async function nextDone(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(complaint())), 180_000);
    });
    await Promise.race([...waiting, stuck]).finally(() => clearTimeout(timer));
  }

  function complaint(): string {
    const states = devices.map(({ name, chat, conversations }) => {
      const first = conversations.flatMap(({ pending }) => pending.slice(0, 1));
      return `${name} is ${chat.state.status} and waits for ${JSON.stringify(first)}`;
    });
    return `nothing was acknowledged for three minutes after ${sent.length} messages: ${states.join('; ')}`;
  }

  function keep(promise: Promise<unknown>): void {
    const kept: Promise<unknown> = promise.finally(() => waiting.delete(kept));
    waiting.add(kept);
  }
}

/** Resolves when everything is sent, including the outbox items of earlier programs. */
export async function finish({ conversations }: Device): Promise<void> {
  for (const conversation of conversations) {
    await new Promise<void>((resolve) => {
      const look = () => conversation.pending.length === 0 && resolve();
      conversation.subscribe(look);
      look();
    });
  }
}

/** Loads older messages, when the server allows it. @returns whether there are more */
export async function loadOlder(conversation: Conversation): Promise<boolean> {
  for (;;) {
    try {
      return await conversation.loadOlder();
    } catch (error) {
      if (!(error instanceof ParleyError) || error.code !== 'rate_limited') throw error;
      await pause((error.retryAfter ?? 1) * 1_000);
    }
  }
}

/** The log as the server has it. Reading pages has a limit too: the server says when to go on. */
export async function logOnServer(person: Person, id: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (let next: string | null = `/conversations/${id}/messages?after=0&limit=100`; next !== null; ) {
    const { status, body } = await person.get(next);
    if (status === 429) await pause(body.error.retry_after * 1_000);
    else {
      messages.push(...body.results);
      next = body.next;
    }
  }
  return messages;
}
