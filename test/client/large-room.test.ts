/** The client in a large room: more than five members here, more than a hundred by default. */
import { type Conversation, createChat, type MemberPage } from '@parley/client';
import type { LocalRuntime } from '@parley/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { movableClock } from '#bench/deployment/clock';
import { type Guest, invite, seat } from '#bench/scenes';
import { type Chat, startChat } from '../support/chat.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { assembly } from '../support/synthesize.ts';
import { untilIdle } from '../support/until-idle.ts';

const local = !process.env.PARLEY_OUTPUTS;
const room = 'room:client';

let stack: Chat;
let stage: Stage;
let guests: Guest[];

beforeAll(async () => {
  if (!local) return;
  const assemblyDirectory = await assembly({ friendsFirst: true, inlineMembers: 5 });
  // The pause before a count is ten seconds; here it is a third of one.
  stack = await startChat({ assemblyDirectory, timeScale: 30 });
  stage = await openStage(stack.local as LocalRuntime, { assemblyDirectory });
  guests = await invite(stage, 'guest', 8);
  await seat(
    stage,
    room,
    guests.map(({ person }) => person),
  );
});
afterAll(async () => {
  await stage?.stop();
  await stack?.stop();
});

async function until(conversation: Conversation, isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  await new Promise<void>((resolve) => {
    const stop = conversation.subscribe(() => {
      if (!isSo()) return;
      stop();
      resolve();
    });
  });
}

it.runIf(local)('keeps the number of people online, lists them by pages, and sends no typing', async () => {
  const [me, other] = guests.map(({ person }) => person);
  if (!me || !other || !stack.local) throw new Error('nobody is there');
  const clock = movableClock();
  const chat = createChat({ url: me.outputs.WebUrl, getToken: () => me.tokens.access, WebSocket, clock });
  try {
    const conversation = await chat.open(room);
    expect(conversation.view.members.map(({ username }) => username)).toEqual([me.username]);
    await until(conversation, () => conversation.view.online === 8);
    await guests[7]?.socket.close();
    await until(conversation, () => conversation.view.online === 7);

    const online: string[] = [];
    for await (const { results } of chat.pages<MemberPage>(`/conversations/${room}/members?online=true&limit=3`)) {
      online.push(...results.map(({ username }) => username));
    }
    expect(online).toEqual(guests.slice(0, 7).map(({ person }) => person.username));

    await untilIdle(stack.local);
    const frames = () => stack.local?.counters.snapshot()['lambda.invoke:SocketFunction'];
    const before = frames();
    conversation.typing.keystroke();
    clock.skip(1_000);
    await untilIdle(stack.local);
    expect(frames()).toBe(before);
    await conversation.send('hello');
    expect(conversation.messages.map(({ message }) => message)).toEqual(['hello']);
  } finally {
    chat.close();
  }
});
