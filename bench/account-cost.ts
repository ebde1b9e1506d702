/**
 * What one account can cost in an hour at most, from the limits (protocol/limits.ts), what each use takes at worst, and the prices. The table in
 * docs/security.md is this one: test/unit/account-cost.test.ts compares them, and test/flow/cost.test.ts compares what is assumed here with
 * what DynamoDB counts. `node --import tsx bench/account-cost.ts` prints it.
 */
import { share } from '#lambdas/chat/user-limits';
import { limits, type RateKind, type RateLimit, rates } from '#protocol/limits';
import type { Bar } from './bars.ts';
import { posts, readUnits, writeUnits } from './create.ts';
import type { Measured } from './measure.ts';
import { prices } from './prices.ts';

/** What is assumed of the others, and of AWS. */
export const assumed = {
  /** Environments of a function that one account's requests find open, for the whole hour. Each gives a tenth of a rate for itself. */
  environments: 10,
  /** People in the groups in which the account is: the largest conversation in which everybody gets every event. */
  members: 100,
  /** Open connections of each other person. */
  connections: 1,
};

/** AWS's prices that the bench does not measure. https://aws.amazon.com/ec2/pricing/on-demand/, https://aws.amazon.com/s3/pricing/ (us-east-1) */
const more = {
  /** Data that leaves AWS, by gigabyte. */
  egress: 0.09,
  /** S3: a PUT, COPY or POST. */
  upload: 5 / 1_000_000,
  /** S3: a gigabyte for a day. */
  storageDay: 0.023 / 30,
  /** A minute of a connection. */
  connectionMinute: 0.25 / 1_000_000,
};

/** What one use takes at worst. */
export interface Use {
  readonly writes?: number;
  readonly reads?: number;
  /** Frames and posts to connections. */
  readonly messages?: number;
  readonly requests?: number;
  readonly invocations?: number;
  /** Of a gigabyte of memory. */
  readonly milliseconds?: number;
  readonly bytesOut?: number;
  readonly uploads?: number;
  readonly gigabytesStored?: number;
}

const others = assumed.members * assumed.connections;
const own = limits.connectionsPerUser;
/** Each of them ½ read unit: memberships and states of the conversations that are read at once. */
const inboxReads = limits.inboxConversations * 1.5 + 4;
/** A frame, and an HTTP request with the caller's user. */
const frame = { messages: 1, invocations: 1 };
const request = { requests: 1, invocations: 1, milliseconds: 10, reads: 0.5 };
/** Who is in a conversation of that many, and on which connections. */
const memberReads = 3 + assumed.members / 2;
/** An event to all members, and its author's other connections. */
const eventPosts = others + own;
/** Tokens that one event to all members takes. */
const tokensPerEvent = 1 + Math.floor((others + own) / limits.postsPerToken);

function times(use: Use, factor: number): Use {
  return Object.fromEntries(Object.entries(use).map(([name, value]) => [name, value * factor]));
}

function sum(...uses: readonly Use[]): Use {
  const total: Record<string, number> = {};
  for (const use of uses) for (const [name, value] of Object.entries(use)) total[name] = (total[name] ?? 0) + value;
  return total;
}

/** What one token of each kind pays for, without the bucket's own write. */
const usesBesides: Readonly<Record<RateKind, Use>> = {
  // Coming and going: the connection stored and removed, the inbox read twice, and presence told to all contacts twice.
  connects: {
    writes: 8,
    reads: 2 * inboxReads + limits.pageDefault / 2 + limits.presenceContacts,
    messages: 4 + 2 * limits.presenceContacts * assumed.connections,
    invocations: 5,
    milliseconds: 300,
    bytesOut: limits.frameBytes,
  },
  // A frame that was refused costs more than one that was answered: a write whose condition failed.
  frames: sum(frame, { messages: 1, writes: 1, milliseconds: 5 }),
  requests: sum(request, { bytesOut: limits.answerBytesPerToken, reads: limits.answerBytesPerToken / 4096 }),
  typing: times(sum(frame, { messages: eventPosts, reads: memberReads, milliseconds: 40 }), 1 / tokensPerEvent),
  // The cursor does not move: nobody is told, but the own connections get the counts.
  receipts: sum(frame, { messages: own, reads: inboxReads + 4, writes: 2, milliseconds: 60 }),
  history: { reads: 4, milliseconds: 20 },
  // The texts of a hundred entries at once, before the page sees that they are too long.
  search: { reads: 100 * (limits.messageBytes / 4096) + limits.searchCharacters / 1024 + 4, milliseconds: 1_000 },
  lists: { reads: limits.inboxConversations + limits.membersRead / 2, milliseconds: 100 },
  forms: { writes: 2, uploads: 1, gigabytesStored: limits.attachmentBytes / 1e9 },
  profile: { writes: 6, reads: 1, uploads: 2, messages: own, milliseconds: 100 },
  sessions: { writes: 1 + 3 * limits.devicesPerUser, messages: own, invocations: 2, milliseconds: 1_200 },
  // The most is to join by an invite link: state, membership, who has joined, link and the maker's role in a transaction, entry and index.
  groups: { writes: 12, reads: memberReads + 10, messages: eventPosts, milliseconds: 60, uploads: 1 },
  conversations: {
    writes: 2 * (limits.groupBeginners + 1) + 6,
    reads: memberReads + limits.groupBeginners,
    messages: limits.groupBeginners * assumed.connections + own,
    milliseconds: 100,
  },
  invitations: { writes: 4, reads: 4, messages: 1 },
  // The most is to block a friend: the own devices learn of the block and of the friendship's end.
  people: { writes: 11, reads: 14, messages: 3 + 2 * own },
  devices: { writes: 5, reads: 8 },
  clearing: sum(frame, { writes: 4, reads: 2 * inboxReads + 10, messages: 2 * own, milliseconds: 80 }),
};

/** Writes of the bucket itself: one for each use, or for each portion. */
function bucketWrites(kind: RateKind): number {
  const { count, exact, inItem }: RateLimit = rates[kind];
  return exact ? (inItem ? 0 : 1) : 1 / Math.ceil(count / share);
}

/** What one use of a kind takes. */
export function useOf(kind: RateKind): Use {
  return sum(usesBesides[kind], { writes: bucketWrites(kind) });
}

/** Uses of a kind in the first hour: what the bucket holds, what comes back, and what each environment gives for itself. */
export function usesInAnHour(kind: RateKind): number {
  const { count, seconds, exact }: RateLimit = rates[kind];
  const inAnHour = (tokens: number) => tokens + (3_600 * tokens) / seconds;
  return inAnHour(count) + (exact ? 0 : assumed.environments * inAnHour(Math.ceil(count / share)));
}

/** Does an operation take no more than is assumed of its kind? @param measured with as many people as one token pays for */
export function useBar(kind: RateKind, measured: Measured): Bar {
  const { reads = 0, writes = 0, messages = 0 } = useOf(kind);
  const seen = { reads: readUnits(measured).most, writes: writeUnits(measured).most, posts: posts(measured).most };
  return {
    name: `${measured.name} takes no more than one token of ${kind} pays for`,
    met: seen.reads <= reads && Math.floor(seen.writes) <= Math.ceil(writes) && seen.posts <= messages,
    seen: `${seen.reads} read, ${seen.writes} written, ${seen.posts} posts`,
  };
}

/** $ */
export function priceOf(use: Use): number {
  return (
    (use.writes ?? 0) * prices.dynamodbWriteUnit +
    (use.reads ?? 0) * prices.dynamodbReadUnit +
    (use.messages ?? 0) * prices.socketMessage +
    (use.requests ?? 0) * prices.httpRequest +
    (use.invocations ?? 0) * prices.lambdaRequest +
    ((use.milliseconds ?? 0) / 1_000) * prices.lambdaGigabyteSecond +
    ((use.bytesOut ?? 0) / 1e9) * more.egress +
    (use.uploads ?? 0) * more.upload +
    (use.gigabytesStored ?? 0) * more.storageDay
  );
}

const openConnections = limits.connectionsPerUser * 60 * more.connectionMinute;

/** $; what one account can cost in its first hour at most, without what it sends. Later hours cost less: the buckets are not full any more. */
export function accountCost(): number {
  return kinds.reduce((total, kind) => total + usesInAnHour(kind) * priceOf(useOf(kind)), openConnections);
}

const kinds = Object.keys(rates) as RateKind[];
const dollars = (value: number) => `$${value.toFixed(3)}`;
const whole = (value: number) => Math.round(value).toLocaleString('en');

/** The tables of docs/security.md. */
export function rateTable(): string[] {
  return kinds.map((kind) => {
    const { count, seconds, of, exact }: RateLimit = rates[kind];
    return `| \`${kind}\` | ${count} ${of} | ${seconds.toLocaleString('en')} s | ${exact ? 'exactly' : 'and a tenth for each environment'} |`;
  });
}

export function costTable(): string[] {
  const rows = kinds.map((kind) => {
    const count = usesInAnHour(kind);
    const price = priceOf(useOf(kind));
    return `| \`${kind}\` | ${whole(count)} | $${(price * 1e6).toFixed(1)} | ${dollars(count * price)} |`;
  });
  return [
    ...rows,
    `| ${limits.connectionsPerUser} open connections | | | ${dollars(openConnections)} |`,
    `| **in all** | | | **${dollars(accountCost())}** |`,
  ];
}

if (process.argv[1] === import.meta.filename) console.log([...rateTable(), '', ...costTable()].join('\n'));
