/**
 * The people of `town.ts`, in a process of their own: so their work is not counted as the server's. They obey messages of their parent
 * process, one after the other, and answer each.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';

export interface PersonToCome {
  readonly username: string;
  readonly token: string;
}

export type Task =
  /** They open a socket for the room, some at a time, and wait for its first events. @param perSecond at most so many begin in a second */
  | { readonly task: 'enter'; readonly people: readonly PersonToCome[]; readonly perSecond: number }
  /** They write `each` messages, one after the other, and everybody inside waits for all of them. */
  | { readonly task: 'write'; readonly writers: readonly string[]; readonly each: number }
  /** Everybody closes their sockets. */
  | { readonly task: 'leave' }
  /** Nothing: the answer has the `presence_count` events since the task before. */
  | { readonly task: 'tell' };

export interface TaskDone {
  readonly ms: number;
  /** Sockets that did not get their first events, or closed. */
  readonly failed: number;
  /** Messages at sockets: how many came, how many did not, and how many came again. */
  readonly delivered: number;
  readonly lost: number;
  readonly doubled: number;
  /** ms from the frame to the copy at the last socket, of each message */
  readonly last: readonly number[];
  /** `presence_count` events of all sockets since the task before, and the newest number. */
  readonly counts: number;
  readonly online: number | undefined;
}

interface Inside {
  readonly socket: WebSocket;
  /** How often each message came, by its text. */
  readonly texts: Map<string, number>;
}

const [address = '', room = ''] = process.argv.slice(2);
const atOnce = 20;
const patienceMs = 60_000;

const inside = new Map<string, Inside>();
let counts = 0;
let online: number | undefined;
let onText = (_username: string, _text: string) => {};

function enter({ username, token }: PersonToCome): Promise<void> {
  return new Promise((resolve, reject) => {
    const search = new URLSearchParams({ token, conversation: room });
    const socket = new WebSocket(`${address}?${search}`, { perMessageDeflate: false });
    const texts = new Map<string, number>();
    const timer = setTimeout(() => reject(new Error(`${username} waits in vain`)), patienceMs);
    socket.on('error', reject);
    socket.on('close', () => inside.get(username)?.socket === socket && inside.delete(username));
    socket.on('message', (data) => {
      const event = JSON.parse(String(data));
      if (event.type === 'last_50_messages') {
        clearTimeout(timer);
        inside.set(username, { socket, texts });
        resolve();
      } else if (event.type === 'presence_count') {
        counts++;
        online = event.online;
      } else if (event.type === 'chat_message' && event.content_type !== 'system') {
        texts.set(event.message, (texts.get(event.message) ?? 0) + 1);
        onText(username, event.message);
      } else if (event.type === 'error') console.error(`${username}: ${event.message}`);
    });
  });
}

async function enterAll(people: readonly PersonToCome[], perSecond: number): Promise<number> {
  const began = performance.now();
  let next = 0;
  let failed = 0;
  const come = async () => {
    for (let index = next++; index < people.length; index = next++) {
      const wait = began + (index / perSecond) * 1_000 - performance.now();
      if (wait > 0) await pause(wait);
      const person = people[index];
      if (!person) continue;
      try {
        await enter(person);
      } catch (error) {
        failed++;
        console.error(String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, come));
  return failed;
}

/** Each writer waits for their own copy before the next message, as a person does. */
async function write(writers: readonly string[], each: number) {
  const readers = [...inside];
  const waiting = new Map<string, number>();
  const sentAt = new Map<string, number>();
  const own = new Map<string, () => void>();
  const last: number[] = [];
  let delivered = 0;
  onText = (username, text) => {
    delivered++;
    if (text.startsWith(`${username} `)) own.get(text)?.();
    const missing = (waiting.get(text) ?? 0) - 1;
    waiting.set(text, missing);
    if (missing === 0) last.push(performance.now() - (sentAt.get(text) ?? 0));
  };
  const began = performance.now();
  await Promise.all(
    writers.map(async (writer) => {
      for (let index = 0; index < each; index++) {
        const text = `${writer} ${began} ${index}`;
        waiting.set(text, readers.length);
        sentAt.set(text, performance.now());
        const copy = new Promise<void>((resolve) => own.set(text, resolve));
        inside.get(writer)?.socket.send(JSON.stringify({ type: 'create', message: text, client_id: text }));
        await Promise.race([copy, pause(patienceMs)]);
      }
    }),
  );
  const expected = writers.length * each * readers.length;
  for (const end = Date.now() + patienceMs; last.length < writers.length * each && Date.now() < end; ) await pause(20);
  // Later copies would be doubles.
  await pause(2_000);
  let lost = 0;
  for (const text of sentAt.keys()) lost += readers.filter(([, { texts }]) => !texts.has(text)).length;
  return { ms: performance.now() - began - 2_000, delivered, lost, doubled: delivered - (expected - lost), last };
}

async function run(task: Task): Promise<Partial<TaskDone>> {
  if (task.task === 'enter') return { failed: await enterAll(task.people, task.perSecond) };
  if (task.task === 'write') return write(task.writers, task.each);
  if (task.task === 'tell') return {};
  const sockets = [...inside.values()].map(({ socket }) => socket);
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve).close())));
  return {};
}

const none = { failed: 0, delivered: 0, lost: 0, doubled: 0, last: [] };

process.on('message', async (task: Task) => {
  const began = performance.now();
  const done = await run(task);
  const answer: TaskDone = { ms: performance.now() - began, ...none, ...done, counts, online };
  if (task.task === 'tell') counts = 0;
  process.send?.(answer);
});
