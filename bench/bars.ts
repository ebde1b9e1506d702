import { limits } from '#protocol/limits';
import type { Bundle } from './bundles.ts';
import { type MeasuredCreate, ownUnits, posts, readsOf, readUnits, writeUnits } from './create.ts';
import { type Measured, type Range, range } from './measure.ts';
import { typicalPath } from './path.ts';

/** A limit that every change must keep. */
export interface Bar {
  readonly name: string;
  readonly met: boolean;
  /** The measured values. */
  readonly seen: string;
}

/** Minified bytes that a cold start of the functions loads for which a connecting client waits. */
const largestLoads = { SocketFunction: 290_000, AuthorizeFunction: 45_000 };
/** Read units of a page of a search: 500 entries of 0.2 KB, a hundred at a time, and the caller's membership. */
const largestSearch = 30;

/** The cost of a message by size of the conversation. */
export function createBars(creates: readonly MeasuredCreate[]): Bar[] {
  const each = (show: (create: MeasuredCreate) => string) =>
    creates.map((create) => `${create.members.toLocaleString('en')}: ${show(create)}`).join(', ');
  return [
    {
      name: 'create writes 2 units in a conversation that is named by its members, and 3 in others, whatever the number of members',
      met: creates.every((create) => isAlways(writeUnits(create), isNamed(create) ? 2 : 3)),
      seen: each((create) => showRange(writeUnits(create))),
    },
    {
      name: 'create reads at most 0.5 units for each member; in a room or group, 1 + the pages of the members’ keys more; of a large room, 0.5 and 1.5 a chunk more',
      met: creates.every((create) => {
        const { keys } = readsOf(create);
        const more = create.chunks > 0 ? 0.5 + 1.5 * create.chunks : 0;
        return readUnits(create).most <= (isNamed(create) ? 0 : 1) + 0.5 * create.members + keys + more;
      }),
      seen: each((create) => {
        const { membership, members, keys } = readsOf(create);
        return `${membership} + ${members} + ${keys}`;
      }),
    },
    {
      name: 'create posts once to every open connection, and each gets exactly one chat_message',
      met: creates.every((create) => {
        const { least, most } = posts(create);
        return (
          create.wrong === 0 && least >= create.connections && most <= create.connections + Math.max(create.chunks, 1)
        );
      }),
      seen: each(
        (create) =>
          `${showRange(posts(create))} posts for ${create.connections.toLocaleString('en')} connections` +
          (create.wrong > 0 ? `, ${create.wrong} of which did not get one` : '') +
          (create.late > 0 ? ', the rest is message_delivered to the author' : ''),
      ),
    },
  ];
}

function isNamed({ members }: MeasuredCreate): boolean {
  return members <= limits.namedMembers;
}

/** The sender's own invocation, in rooms with fan-out in chunks. @param creates of many sizes */
export function largeBar(creates: readonly MeasuredCreate[]): Bar {
  const large = creates.filter(({ chunks }) => chunks > 0).map((create) => ({ create, own: ownUnits(create) }));
  return {
    name: 'in a large room the sender’s own call writes 3 units and reads at most 5, whatever the number of members',
    met: large.length > 0 && large.every(({ own }) => isAlways(own.written, 3) && own.read.most <= 5),
    seen: large
      .map(
        ({ create, own }) =>
          `${create.members.toLocaleString('en')}: ${showRange(own.written)} + ${showRange(own.read)}`,
      )
      .join(', '),
  };
}

/** @param short and `long` the same send, without and with a long log */
export function logBar(short: MeasuredCreate, long: MeasuredCreate, length: number): Bar {
  const cost = (create: MeasuredCreate) =>
    `${showRange(writeUnits(create))} written, ${showRange(readUnits(create))} read`;
  return {
    name: `create costs with ${length.toLocaleString('en')} entries in the log what it costs with none`,
    met: cost(short) === cost(long),
    seen: `none: ${cost(short)}; ${length.toLocaleString('en')}: ${cost(long)}`,
  };
}

export const typingBar = (typing: Measured) => atMost('typing writes nothing', writeUnits(typing), 0);

export const readBar = (read: Measured) => atMost('read_messages writes at most 2 units', writeUnits(read), 2);

export const settingsBar = (change: Measured) =>
  atMost(
    'a change of one’s own settings writes 2 units: the membership, and the bucket of its limit',
    writeUnits(change),
    2,
  );

/** @param search a page that finds nothing in a long log of short messages */
export function searchBar(search: Measured): Bar {
  const name = `a page of a search reads at most ${largestSearch} units in a long log of short messages`;
  return atMost(name, readUnits(search), largestSearch);
}

/** @param inbox a page of conversations between two that all have messages */
export function inboxBar(inbox: Measured, conversations: number): Bar {
  const limit = conversations + 2;
  const name = `a page of an inbox of ${conversations} reads at most ${limit} units: half a unit for each conversation and for each person, and the memberships`;
  return atMost(name, readUnits(inbox), limit);
}

/** @param connects sockets of all scopes, each until its first event */
export function connectBar(connects: readonly Measured[]): Bar {
  const seen = connects.map((connect) => {
    const { byFunction } = typicalPath(connect.paths).answer;
    return { name: connect.name, written: writeUnits(connect), roundTrips: byFunction.NotifyFunction ?? 0 };
  });
  return {
    name: 'connecting writes 2 units, and waits for at most 3 round trips between the stream’s record and the snapshot',
    met: seen.every(({ written, roundTrips }) => isAlways(written, 2) && roundTrips <= 3),
    seen: seen.map(({ name, written, roundTrips }) => `${name}: ${showRange(written)} and ${roundTrips}`).join('; '),
  };
}

export function scanBar(all: readonly Measured[]): Bar {
  const scans = all.filter((measured) => range(measured, 'dynamodb.Scan').most > 0).map(({ name }) => name);
  return { name: 'nothing scans', met: scans.length === 0, seen: scans.join(', ') || 'no Scan' };
}

/** @param loads what a cold start of each function loads */
export function loadBars(loads: readonly Bundle[]): Bar[] {
  return Object.entries(largestLoads).map(([name, limit]) => {
    const bytes = loads.find(({ functionId }) => functionId === name)?.bytes ?? Number.NaN;
    const bar = `a cold start of ${name} loads at most ${limit.toLocaleString('en')} bytes`;
    return atMost(bar, { least: bytes, most: bytes }, limit);
  });
}

function atMost(name: string, seen: Range, limit: number): Bar {
  return { name, met: seen.most <= limit, seen: showRange(seen) };
}

function isAlways({ least, most }: Range, value: number): boolean {
  return least === value && most === value;
}

export function showRange({ least, most }: Range): string {
  const show = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 1 });
  return least === most ? show(least) : `${show(least)}–${show(most)}`;
}
