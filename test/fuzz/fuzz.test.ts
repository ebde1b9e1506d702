/**
 * No input whatever is answered with an internal error. Requests, frames and handshakes are made up from the schemas of `protocol/`, most of
 * them right and the rest broken somewhere. `PARLEY_INPUTS` is their number. `PARLEY_SEED` repeats the inputs of a run.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { limits } from '#protocol/limits';
import { errorsOf } from '#protocol/operations';
import { type Chat, startChat } from '../support/chat.ts';
import type { Person } from '../support/person.ts';
import { Refused, Socket } from '../support/socket.ts';
import { arrived, inBatches } from '../support/stage.ts';
import { untilIdle } from '../support/until-idle.ts';
import { type MadeRequest, madeFrames, madeHandshakes, madeRequests } from './requests.ts';
import { concurrency, createSender, type Received } from './send.ts';
import { createWorld, type World } from './world.ts';

const seed = Number(process.env.PARLEY_SEED || Math.floor(Math.random() * 2 ** 31));
const inputs = Number(process.env.PARLEY_INPUTS || 0);
const part = (share: number) => Math.ceil(inputs * share);
const said = (what: string) => `PARLEY_SEED=${seed} ${what}`;

// It takes a minute or more, so only `npm run fuzz` and `.ci/run` run it.
describe.runIf(inputs > 0)(`made-up inputs of PARLEY_SEED=${seed}`, { timeout: 120_000 + inputs * 30 }, () => {
  let chat: Chat;
  let world: World;
  beforeAll(async () => {
    chat = await startChat();
    if (!chat.local) throw new Error('only the local runtime has nobody to bother');
    world = await createWorld(chat.local);
  });
  afterAll(() => chat?.stop());

  it('never make the HTTP API fail, and its errors are those that the operation declares', async () => {
    const requests = fc.sample(madeRequests(world), { seed, numRuns: part(0.6) });
    const { wrong, statuses } = await sendAll(requests, world.outputs.HttpUrl);
    expect(wrong).toEqual([]);
    // Inputs that never get anywhere prove nothing.
    expect(statuses.get(200)).toBeGreaterThan(requests.length / 10);
  });

  it('never make the host of the page fail', async () => {
    const requests = fc.sample(madeRequests(world), { seed: seed + 1, numRuns: part(0.04) });
    const { wrong } = await sendAll(requests, world.outputs.WebUrl);
    expect(wrong).toEqual([]);
  });

  it('never make a frame fail, and sockets stay open', async () => {
    const frames = fc.sample(madeFrames(world), { seed: seed + 2, numRuns: part(0.34) }).map(seldomWaiting);
    const sockets = new Map<Person, Socket>();
    const wrong: string[] = [];
    const codes = new Map<string, number>();
    // Each socket gets one frame at a time: so a failure belongs to it.
    const people = world.people.slice(0, -1);
    for (let start = 0; start < frames.length; start += people.length) {
      const round = people.flatMap((person, index) => {
        const frame = frames[start + index];
        return frame === undefined ? [] : [{ person, frame }];
      });
      const sent = await Promise.all(
        round.map(async ({ person, frame }) => {
          const open = sockets.get(person);
          const socket = open?.raw.readyState === WebSocket.OPEN ? open : await person.connect();
          sockets.set(person, socket);
          return { frame, socket, before: socket.received.length };
        }),
      );
      for (const { frame, socket } of sent) socket.send(frame);
      await Promise.all(
        sent.map(({ socket }) => (socket.raw.readyState === WebSocket.OPEN ? arrived(socket) : undefined)),
      );
      if (chat.local) await untilIdle(chat.local);
      for (const { frame, socket, before } of sent) {
        const events = socket.received.slice(before);
        for (const { type, code } of events) codes.set(code ?? type, (codes.get(code ?? type) ?? 0) + 1);
        const failure = events.find(({ type, code }) => type === undefined || code === 'internal');
        if (failure) wrong.push(said(`${show(frame)} → ${JSON.stringify(failure)}`));
        if (socket.raw.readyState !== WebSocket.OPEN && Buffer.byteLength(frame) <= limits.frameBytes) {
          wrong.push(said(`${show(frame)} closed the socket`));
        }
      }
    }
    report('events', codes);
    expect(wrong).toEqual([]);
    expect(codes.get('chat_message')).toBeGreaterThan(frames.length / 100);
  });

  it('never make a handshake fail', async () => {
    const handshakes = fc.sample(madeHandshakes(world), { seed: seed + 3, numRuns: part(0.02) });
    const statuses = new Map<number, number>();
    const wrong: string[] = [];
    await inBatches(handshakes, concurrency, async ({ person, query, headers }) => {
      const token = world.people[person]?.tokens.access;
      const raw = new WebSocket(`${world.outputs.WebSocketUrl}?token=${token}${query}`, { headers });
      const status = await Socket.open(raw).then(
        async (socket) => {
          await socket.close();
          return 101;
        },
        (error: unknown) => (error instanceof Refused ? error.status : 0),
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 0 || status >= 500) wrong.push(said(`${show(JSON.stringify({ query, headers }))} → ${status}`));
    });
    report('handshakes', statuses);
    expect(wrong).toEqual([]);
    expect(statuses.get(101)).toBeGreaterThan(handshakes.length / 10);
  });

  async function sendAll(requests: readonly MadeRequest[], origin: string) {
    const sender = createSender(world.people, origin);
    const wrong: string[] = [];
    const statuses = new Map<number, number>();
    let next = 0;
    const work = async () => {
      for (let made = requests[next++]; made; made = requests[next++]) {
        const received = await sender.send(made).catch((error: Error) => ({ status: 0, body: String(error) }));
        statuses.set(received.status, (statuses.get(received.status) ?? 0) + 1);
        const problem = problemOf(made, received);
        if (problem !== undefined)
          wrong.push(said(`${problem}: ${show(JSON.stringify(made))} → ${show(received.body)}`));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    sender.stop();
    report('answers', statuses);
    return { wrong, statuses };
  }
});

/** A frame that names one before it waits five seconds for it, in vain: so only one in five hundred does. */
function seldomWaiting(frame: string, index: number): string {
  if (index % 500 === 0 || !frame.includes('"after"')) return frame;
  return JSON.stringify(JSON.parse(frame), (key, value) => (key === 'after' ? undefined : value));
}

/** What is wrong with an answer, if anything. */
function problemOf({ name }: MadeRequest, { status, body }: Received): string | undefined {
  if (status === 0 || status >= 500) return `the answer is ${status}`;
  // Without `error` API Gateway has answered, or the host itself.
  if (name === undefined || !body.startsWith('{"error":')) return undefined;
  const { code, message } = JSON.parse(body).error;
  if (!errorsOf(name).some((declared) => declared === code)) return `${name} does not declare ${code}`;
  return /^unable to .+; .+/su.test(message) ? undefined : 'the error has no sentence';
}

/** A text for a report: what occurs many times in a row is there once, with its number. */
function show(text: string): string {
  return text.replace(/(.{1,12}?)\1{15,}/gsu, (run, one: string) => `${one}{×${run.length / one.length}}`);
}

function report(what: string, counts: ReadonlyMap<string | number, number>): void {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  console.log(`${what}: ${sorted.map(([one, count]) => `${count} × ${one}`).join(', ')}`);
}
