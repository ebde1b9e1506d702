/**
 * Calls between the parts of the stack: how long they are delayed, and, while somebody measures, a record of when each began and ended.
 * So one sees which calls wait for which others, and what that costs where a call takes as long as on AWS.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Principal } from './iam/access-keys.ts';
import { parseAmounts } from './parse-amounts.ts';

const none = {
  /** Each request to DynamoDB. */
  dynamodb: 0,
  /** Each post to a connection. */
  post: 0,
  /** Each invocation of a function: by an API, a stream, a queue, or another function. */
  invoke: 0,
};

/** Milliseconds that a call waits before it happens. None by default. */
export type Latency = typeof none;
type Kind = keyof Latency;

const kinds = ['dynamodb', 'post', 'invoke'] as const satisfies readonly Kind[];

/** A call that ended. Times are those of `performance.now()` in this process, and include the delay. */
export interface Call {
  readonly kind: Kind;
  /** Of DynamoDB the operation, of a post the connection's id, of an invocation the function. */
  readonly name: string;
  /** The function that called; undefined for other callers. Functions are named as in the counters: without the hash of their logical id. */
  readonly by: string | undefined;
  readonly began: number;
  readonly ended: number;
}

export interface Calls {
  /** May be changed at any time. */
  readonly latency: Latency;
  /** Records from now on, and forgets what was recorded before. */
  record(): void;
  /** Ends the record. @returns the calls that began and ended since `record()`, in the order in which they ended */
  recorded(): readonly Call[];
  /** Delays a call, runs it, and records it. @param signer who calls */
  pass<T>(call: { kind: Kind; name: string; signer?: Principal }, run: () => T | Promise<T>): Promise<T>;
}

export function createCalls(latency: Partial<Latency> = {}): Calls {
  const chosen = { ...none, ...latency };
  let record: Call[] | undefined;
  return {
    latency: chosen,
    record() {
      record = [];
    },
    recorded() {
      const calls = record ?? [];
      record = undefined;
      return calls;
    },
    async pass({ kind, name, signer }, run) {
      const current = record;
      const began = performance.now();
      if (chosen[kind] > 0) await pause(chosen[kind]);
      try {
        return await run();
      } finally {
        const by = signer?.kind === 'role' ? withoutHash(signer.functionId) : undefined;
        current?.push({ kind, name, by, began, ended: performance.now() });
      }
    },
  };
}

/**
 * Parses a list like `dynamodb=4,post=8,invoke=5`. Empty or undefined: no delays.
 * @throws Error, one sentence, for an unknown name or a value out of range
 */
export function parseLatency(text: string | undefined): Partial<Latency> {
  return parseAmounts(text, { verb: 'unable to delay', names: kinds, highest: () => 60_000 });
}

/** A logical id without the hash that CDK appends to it, so that counts of one version compare with those of another. */
export function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}
