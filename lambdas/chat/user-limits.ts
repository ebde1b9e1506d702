/**
 * Limits how often a user may do what (protocol/limits.ts, `rates`). An exact limit is a bucket in the table, and each use is a write. What
 * only reads or only posts would cost more by such a write than it is worth. So each environment gives a tenth of the rate for itself, from its
 * memory. A user who wants more gets it from the bucket in the table, a tenth at a time. However many environments there are, only the tenth
 * that costs nothing multiplies.
 */
import { ChatError } from '#protocol/errors';
import { limits, type RateKind, type RateLimit, rates } from '#protocol/limits';
import type { Table, TimedStore } from '../runtime/services.ts';
import { type Rate, spentAfter, tokenWaitMs } from '../store/token-bucket.ts';
import type { User } from '../store/user.ts';
import { takeFromUser } from '../store/user-rates.ts';

/** An environment gives this part of a rate for itself, and gets as much from the table at once. */
export const share = 10;

/** What this environment knows of one bucket of one user. */
interface Local {
  /** ms; the bucket of this environment's own share */
  spentUntil: number | undefined;
  /** Tokens that came from the table and are left, and until when (ms) they are good. */
  portion: number;
  portionUntil: number;
  /** ms; the table had no tokens, and will have none until then */
  emptyUntil: number;
  /** Tokens that earlier uses have cost, as it turned out. The next use pays for them. */
  owed: number;
}

const locals = new WeakMap<Table, Map<string, Local>>();
const localsMaximum = 10_000;

function localOf({ table }: Pick<TimedStore, 'table'>, username: string, kind: RateKind): Local {
  const known = locals.get(table) ?? new Map<string, Local>();
  locals.set(table, known);
  const key = `${kind}#${username}`;
  const local = known.get(key) ?? { spentUntil: undefined, portion: 0, portionUntil: 0, emptyUntil: 0, owed: 0 };
  known.delete(key);
  known.set(key, local);
  const [oldest] = known.keys();
  if (known.size > localsMaximum && oldest !== undefined) known.delete(oldest);
  return local;
}

/**
 * Takes a token of this kind.
 * @param options.tokens 0: only pays what is owed
 * @param options.closes see `ChatError`
 * @throws ChatError `rate_limited` when there is none
 */
export async function assertRate(
  services: TimedStore,
  username: string,
  kind: RateKind,
  { tokens = 1, closes = false }: { readonly tokens?: number; readonly closes?: boolean } = {},
): Promise<void> {
  const rate: RateLimit = rates[kind];
  const waitMs = rate.exact
    ? await takeFromUser(services, username, kind, rate, tokens)
    : await takeLocally(services, username, kind, tokens);
  if (waitMs > 0) throw tooOften(rate, waitMs, closes);
}

/** Notes that a use has cost more than its one token: the next use of this kind in this environment pays for it. */
export function owe(services: Pick<TimedStore, 'table'>, username: string, kind: RateKind, tokens: number): void {
  if (tokens > 0) localOf(services, username, kind).owed += tokens;
}

/** Notes that connections are posted to: one token is for so many of them. */
export function owePosts(
  services: Pick<TimedStore, 'table'>,
  username: string,
  kind: RateKind,
  users: readonly Pick<User, 'connections'>[],
): void {
  const posts = users.reduce((sum, { connections }) => sum + connections.length, 0);
  owe(services, username, kind, Math.floor(posts / limits.postsPerToken));
}

/**
 * For a bucket that the caller's own update writes: refuses without a write while it is known to be empty.
 * @throws ChatError `rate_limited`
 */
export function assertNotEmpty(services: TimedStore, username: string, kind: RateKind): void {
  const waitMs = localOf(services, username, kind).emptyUntil - services.now();
  if (waitMs > 0) throw tooOften(rates[kind], waitMs);
}

/** Notes that the caller's own update found the bucket empty. @returns the error to throw */
export function noteEmpty(services: TimedStore, username: string, kind: RateKind, waitMs: number): ChatError {
  localOf(services, username, kind).emptyUntil = services.now() + waitMs;
  return tooOften(rates[kind], waitMs);
}

export function tooOften({ count, seconds, of }: RateLimit, waitMs: number, closes = false): ChatError {
  const wait = Math.max(1, Math.ceil(waitMs / 1_000));
  return new ChatError('rate_limited', `at most ${count} ${of} in ${seconds} seconds: try again in ${wait} s`, {
    retryAfter: wait,
    closes,
  });
}

async function takeLocally(services: TimedStore, username: string, kind: RateKind, tokens: number): Promise<number> {
  const rate: RateLimit = rates[kind];
  const local = localOf(services, username, kind);
  const needed = Math.min(rate.count, tokens + local.owed);
  if (needed === 0) return 0;
  const now = services.now();
  if (now < local.emptyUntil) return local.emptyUntil - now;
  const own: Rate = { count: Math.ceil(rate.count / share), seconds: rate.seconds };
  if (tokenWaitMs(own, local.spentUntil, now, needed) === 0) {
    local.spentUntil = spentAfter(own, local.spentUntil, now, needed);
  } else if (now < local.portionUntil && local.portion >= needed) {
    local.portion -= needed;
  } else {
    const portion = Math.max(needed, own.count);
    const waitMs = await takeFromUser(services, username, kind, rate, portion);
    if (waitMs > 0) {
      local.emptyUntil = now + waitMs;
      return waitMs;
    }
    local.portion = portion - needed;
    local.portionUntil = now + rate.seconds * 1_000;
  }
  local.owed = 0;
  return 0;
}
