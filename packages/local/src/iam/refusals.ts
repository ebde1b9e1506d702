import type { Clock } from '#clock';
import type { Principal } from './access-keys.ts';

/** What IAM refused, how often, and when. Times are milliseconds since the epoch. */
export interface Refusal {
  /** The function's logical id, the service, `root`, or an ARN. */
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  /** IAM's sentence. */
  readonly message: string;
  readonly times: number;
  readonly first: number;
  readonly last: number;
}

/** The latest refusals, for the person who looks. Equal ones are one. */
export interface Refusals {
  add(principal: Principal, action: string, resource: string, message: string): void;
  /** The latest first. */
  list(): readonly Refusal[];
}

/** @param most how many are kept */
export function createRefusals(clock: Clock, most = 200): Refusals {
  // A map keeps the order in which its entries were set.
  const kept = new Map<string, Refusal>();
  return {
    add(principal, action, resource, message) {
      const who = nameOf(principal);
      const key = `${who} ${action} ${resource}`;
      const { times = 0, first = clock.now() } = kept.get(key) ?? {};
      kept.delete(key);
      kept.set(key, { who, action, resource, message, times: times + 1, first, last: clock.now() });
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    },
    list: () => [...kept.values()].reverse(),
  };
}

function nameOf(principal: Principal): string {
  switch (principal.kind) {
    case 'role':
      return principal.functionId;
    case 'service':
      return principal.service;
    case 'identity':
      return principal.arn;
    case 'root':
      return 'root';
  }
}
