import { randomUUID } from 'node:crypto';
import type { Context } from '#context';
import type { Principal } from '#iam/access-keys';
import type { AsyncQueue } from '#lambda/async-queue';
import { findFunction } from '#lambda/find-function';
import type { NewMessage } from '#sqs/message';
import type { Queues } from '#sqs/start';

/** Where services of the account bring events: to functions and queues. Each is allowed by the target's resource policy, or by a role. */
export interface Targets {
  /**
   * Invokes a function asynchronously: Lambda retries by itself.
   * @throws Error, one sentence: there is no such function, or the principal may not invoke it
   */
  invoke(functionArn: string, event: unknown, principal: Principal): void;
  /** @throws Error with AWS's sentence when the permission or the queue is missing, or SQS refuses the message */
  send(queueArn: string, message: NewMessage, principal: Principal): Promise<void>;
}

export function createTargets(context: Context, { events, queues }: { events: AsyncQueue; queues: Queues }): Targets {
  const mayInvoke = (functionId: string, functionArn: string, principal: Principal) => {
    if (principal.kind === 'service') {
      return context.functions.allows(functionId, principal.service, principal.arn)
        ? undefined
        : `${functionId} has no permission in the template that lets ${principal.service} invoke it for ${principal.arn}`;
    }
    const decision = context.policies.authorize(principal, 'lambda:InvokeFunction', functionArn);
    return decision.allowed ? undefined : decision.message;
  };
  return {
    invoke(functionArn, event, principal) {
      const functionId = findFunction(context.stack, functionArn);
      if (functionId === undefined) throw new Error(`the stack has no function ${functionArn}`);
      const refusal = mayInvoke(functionId, functionArn, principal);
      if (refusal !== undefined) throw new Error(refusal);
      events.accept(functionId, event, randomUUID());
    },
    send: (queueArn, message, principal) => queues.send(queueArn, message, principal),
  };
}
