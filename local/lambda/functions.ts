import type { Stack } from '../assembly/stack.ts';
import type { Clock } from '../clock.ts';
import type { Counters } from '../counters.ts';
import type { Faults } from '../faults.ts';
import type { AccessKeys } from '../iam/access-keys.ts';
import type { Policies } from '../iam/policy.ts';

export type InvokeResult =
  | { readonly ok: true; readonly payload: unknown; readonly requestId: string }
  | {
      readonly ok: false;
      readonly errorType: string;
      readonly errorMessage: string;
      readonly timedOut: boolean;
      readonly requestId: string;
    };

export interface Functions {
  /** Runs the function (by logical id) to its end. Never rejects for what the function does: that is a result. */
  invoke(functionId: string, event: unknown): Promise<InvokeResult>;
  /** Does a resource policy (`AWS::Lambda::Permission`) let this service principal with this source ARN invoke it? */
  allows(functionId: string, servicePrincipal: string, sourceArn: string): boolean;
  /** Other code, environment or limits from now on; what runs, runs to its end as it was. */
  replace(stack: Stack): void;
  stop(): Promise<void>;
}

export interface FunctionsOptions {
  readonly stack: Stack;
  readonly origin: string;
  readonly dataDirectory: string;
  readonly keys: AccessKeys;
  readonly policies: Policies;
  readonly faults: Faults;
  readonly counters: Counters;
  readonly clock: Clock;
}

export function createFunctions(_options: FunctionsOptions): Functions {
  throw new Error('not there yet');
}
