/** What people do with the page, done by the published client through CloudFront, on a clock that the bench moves, and counted. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Chat, type Conversation, createChat } from '@parley/client';
import { WebSocket } from 'ws';
import { createUser } from '#lambdas/store/user';
import { tokenSigner } from '#test/support/sign-token';
import type { Stage } from '#test/support/stage';
import { untilIdle } from '#test/support/until-idle';
import { median } from '../median.ts';
import { awsLike } from '../path.ts';
import { say, seat } from '../scenes.ts';
import { type MovableClock, movableClock } from './clock.ts';
import { none, times, type Units, unitNames, unitsOf } from './units.ts';

/** The counted units of each thing that people do. */
export interface Scenes {
  /** One message of one person to another, who is there: typing it, sending it, and that the other has read it. */
  readonly typing: Units;
  readonly sending: Units;
  readonly reading: Units;
  /** Opening the page until the list and a conversation are there, and closing it. */
  readonly visit: Units;
  /** An hour in which nothing happens, the mean of a day. */
  readonly idleHour: Units;
}

interface Seat {
  readonly chat: Chat;
  readonly conversation: Conversation;
  readonly clock: MovableClock;
}

/**
 * @param options.conversations in the list of each
 * @param options.hours of the time in which nothing happens
 * @param options.times how often each scene is measured
 */
export async function measureScenes(
  stage: Stage,
  {
    typingSeconds,
    conversations,
    hours,
    times: repeats,
  }: Record<'typingSeconds' | 'conversations' | 'hours' | 'times', number>,
): Promise<Scenes> {
  const { runtime } = stage;
  const { latency } = runtime.calls;
  const before = { ...latency };
  const seats: Seat[] = [];
  const names = ['deployed0', 'deployed1'];
  const sign = await tokenSigner(runtime);
  let isVisible = true;

  async function count(scene: () => Promise<unknown>, connectionMinutes = 0): Promise<Units> {
    await untilIdle(runtime);
    runtime.counters.reset();
    await scene();
    await untilIdle(runtime);
    return unitsOf(runtime.counters.snapshot(), runtime.stack, connectionMinutes);
  }

  async function sit(name: string): Promise<Seat> {
    const clock = movableClock();
    const lastsMs = 3_600_000;
    const chat = createChat({
      url: String(runtime.outputs.WebUrl),
      getToken: () => sign(name, Math.floor((clock.now() + lastsMs) / 1_000)),
      WebSocket,
      clock,
      // The answers' own time would say that the clock is days ahead.
      fetch: async (...request) => {
        const { status, body } = await fetch(...request);
        return new Response(body, { status });
      },
      environment: { isOnline: () => true, isVisible: () => isVisible, subscribe: () => () => {} },
    });
    const conversation = await chat.open(names.toSorted().join('_'));
    await until(chat.onState, () => chat.state.status === 'live');
    const seat = { chat, conversation, clock };
    seats.push(seat);
    return seat;
  }

  /** Lets the client do what is due within `ms`, and the server answer it. */
  async function pass({ chat, clock }: Seat, ms: number): Promise<void> {
    for (let left = ms; left > 0; ) {
      left -= clock.skip(left);
      if (left <= 0) return;
      await pause(15);
      await untilIdle(runtime);
      await until(chat.onState, () => chat.state.status === 'live');
    }
  }

  try {
    await people(stage, names, conversations);
    Object.assign(latency, awsLike);
    const writer = await sit('deployed0');
    const reader = await sit('deployed1');
    await untilIdle(runtime);

    const rounds: [Units, Units, Units][] = [];
    // The first round is warmer-up.
    for (let round = 0; round <= repeats; round++) {
      const typing = await count(async () => {
        for (let half = 0; half < typingSeconds * 2; half++) {
          writer.conversation.typing.keystroke();
          writer.clock.skip(500);
          writer.clock.skip(0);
        }
        await pause(20);
      });
      const text = `See you at eight? ${round}`;
      const arrived = until(reader.conversation.subscribe, () => reader.conversation.messages.at(-1)?.message === text);
      const sending = await count(() => Promise.all([writer.conversation.send(text), arrived]));
      const { seq = 0 } = writer.conversation.messages.at(-1) ?? {};
      const reading = await count(async () => {
        const [message] = writer.conversation.messages.slice(-1);
        reader.conversation.read(seq);
        await until(
          writer.conversation.subscribe,
          () => message !== undefined && writer.conversation.receipt(message) === 'read',
        );
      });
      if (round > 0) rounds.push([typing, sending, reading]);
    }
    const typical = (index: 0 | 1 | 2) => typicalOf(rounds.map((round) => round[index]));

    // Nobody looks at a page in which nothing happens for so long.
    isVisible = false;
    const idle = await count(() => pass(reader, hours * 3_600_000), 0);
    isVisible = true;
    reader.chat.close();
    await pause(50);

    const visits: Units[] = [];
    for (let round = 0; round <= repeats; round++) {
      const visit = await count(async () => {
        const { chat } = await sit('deployed1');
        await untilIdle(runtime);
        chat.close();
        await pause(50);
      });
      if (round > 0) visits.push(visit);
    }
    return {
      typing: typical(0),
      sending: typical(1),
      reading: typical(2),
      visit: typicalOf(visits),
      idleHour: { ...times(idle, 1 / hours), connectionMinutes: 60 },
    };
  } finally {
    Object.assign(latency, before);
    for (const { chat } of seats) chat.close();
  }
}

/** The median of each unit. Of the time that functions take the least: other programs on this machine only add to it. */
function typicalOf(rounds: readonly Units[]): Units {
  const medians = unitNames.map((name) => [name, median(rounds.map((round) => round[name]))] as const);
  return { ...none, ...Object.fromEntries(medians), compute: Math.min(...rounds.map(({ compute }) => compute)) };
}

/** Two people who write to each other, each with a list of so many conversations. */
async function people(stage: Stage, names: readonly string[], conversations: number): Promise<void> {
  for (const name of names) await createUser(stage.store, stage.newUser(name));
  const together = names.toSorted().join('_');
  await seat(
    stage,
    together,
    names.map((username) => ({ username })),
  );
  await say(stage, together, names[0] ?? '', 'Hello');
  for (const name of names) {
    for (let index = 1; index < conversations; index++) {
      const other = `${name}x${index}`;
      const conversation = [name, other].sort().join('_');
      await createUser(stage.store, stage.newUser(other));
      await seat(stage, conversation, [{ username: name }, { username: other }]);
      await say(stage, conversation, other, 'Hello');
    }
  }
}

async function until(subscribe: (listener: () => void) => () => void, isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  await new Promise<void>((resolve) => {
    const stop = subscribe(() => {
      if (!isSo()) return;
      stop();
      resolve();
    });
  });
}
