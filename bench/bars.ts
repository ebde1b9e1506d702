import { limits } from '#protocol/limits';
import { type MeasuredCreate, ownUnits, posts, readsOf, readUnits, writeUnits } from './create.ts';
import { type Measured, type Range, range } from './measure.ts';

/** A limit that every change must keep. */
export interface Bar {
  readonly name: string;
  readonly met: boolean;
  /** The measured values. */
  readonly seen: string;
}

/** Minified bytes of the function that clients wait for. */
const largestSocketBundle = 730_000;
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

/** @param search a page that finds nothing in a long log of short messages */
export function searchBar(search: Measured): Bar {
  const name = `a page of a search reads at most ${largestSearch} units in a long log of short messages`;
  return atMost(name, readUnits(search), largestSearch);
}

export function scanBar(all: readonly Measured[]): Bar {
  const scans = all.filter((measured) => range(measured, 'dynamodb.Scan').most > 0).map(({ name }) => name);
  return { name: 'nothing scans', met: scans.length === 0, seen: scans.join(', ') || 'no Scan' };
}

export function bundleBar(bytes: number): Bar {
  const name = `the socket function’s bundle has at most ${largestSocketBundle.toLocaleString('en')} bytes`;
  return atMost(name, { least: bytes, most: bytes }, largestSocketBundle);
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
