import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answering } from './answer.ts';
import type { Stack } from './assembly/stack.ts';
import type { Calls } from './calls.ts';
import type { Clock } from './clock.ts';
import type { MetricStore } from './cloudwatch/metric-store.ts';
import type { ReadLog } from './cloudwatch/read-logs.ts';
import type { Counters } from './counters.ts';
import type { Faults } from './faults.ts';
import type { AccessKeys } from './iam/access-keys.ts';
import type { Policies } from './iam/policy.ts';
import type { Functions } from './lambda/functions.ts';
import type { IsOwnHost } from './own-hosts.ts';

/** What every local service gets. */
export interface Context {
  /** Another object after a reload, so read it when it is used. */
  readonly stack: Stack;
  /** `http://127.0.0.1:<port>`, the address of all services. */
  readonly origin: string;
  /** Whether a host is one of this machine's: others' pages must not use what needs no signature. */
  readonly isOwnHost: IsOwnHost;
  /** For everything that survives a restart. Each service makes a folder of its own below it. */
  readonly dataDirectory: string;
  readonly keys: AccessKeys;
  readonly policies: Policies;
  readonly functions: Functions;
  readonly faults: Faults;
  readonly counters: Counters;
  /** What CloudWatch has of the account. */
  readonly metrics: MetricStore;
  /** Gets what is written to log groups, for the metrics in it. */
  readonly readLog: ReadLog;
  readonly calls: Calls;
  readonly clock: Clock;
  /** 1 as on AWS; 60 makes a limit of 10 minutes one of 10 seconds. */
  readonly timeScale: number;
  /** scrypt's N for new passwords. */
  readonly passwordCost?: number | undefined;
  /** Shows a line to the person who runs it. */
  readonly log: (line: string) => void;
}

/** A service mounted on the one port. */
export interface Service {
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
  /** The same for a request that did not come over HTTP. Missing: the service answers HTTP only. */
  readonly answer?: Answering;
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  stop(): Promise<void>;
}
