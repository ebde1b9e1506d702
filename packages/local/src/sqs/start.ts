import { join } from 'node:path';
import { z } from 'zod';
import { overHttp } from '#answer';
import { AwsError } from '#aws-json/aws-error';
import { type AwsJsonCall, serveAwsJson } from '#aws-json/serve-aws-json';
import type { Context, Service } from '#context';
import type { Principal } from '#iam/access-keys';
import { operations, sqsError } from './operations.ts';
import { type Message, openQueue, type Queue } from './queue.ts';

/** The stack's queues, for services inside the runtime. */
export interface Queues {
  /**
   * Sends a message as this principal, which needs `sqs:SendMessage`.
   * @throws Error with AWS's sentence when the permission or the queue is missing
   */
  send(queueArn: string, body: string, principal: Principal): Promise<void>;
}

/** For event source mappings, which poll queues. */
export interface OpenQueues {
  /** @throws Error when the stack has no such queue */
  open(queueArn: string): Queue;
}

/** How many messages a queue has. */
export interface QueueDepth {
  readonly arn: string;
  readonly name: string;
  readonly visible: number;
  /** In flight, or delayed. */
  readonly hidden: number;
}

interface Opened {
  readonly arn: string;
  readonly name: string;
  readonly queue: Queue;
}

const Properties = z.object({
  VisibilityTimeout: z.number().default(30),
  MessageRetentionPeriod: z.number().default(345_600),
  RedrivePolicy: z
    .object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number().int().min(1).max(1_000) })
    .optional(),
});
const ofQueue = z.looseObject({ QueueUrl: z.string() });
const ofName = z.looseObject({ QueueName: z.string() });

/**
 * The template's queues under `/_aws/sqs`. It serves as much of SQS's JSON protocol as functions need to send messages, and people to read
 * dead letters with the AWS CLI (`aws sqs receive-message --endpoint-url <origin>/_aws/sqs --queue-url …`).
 */
export async function startSqs(
  context: Context,
): Promise<Service & Queues & OpenQueues & { depths(): readonly QueueDepth[] }> {
  const folder = join(context.dataDirectory, 'sqs');
  const opened = new Map<string, Opened>();

  /** Queues are opened when they are first used, because a reload may bring others. */
  const queues = (): Opened[] =>
    context.stack.ofType('AWS::SQS::Queue').map((resource) => {
      const arn = context.stack.arn(resource.logicalId);
      const known = opened.get(arn);
      if (known) return known;
      const { VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy } = Properties.parse(resource.properties);
      const name = arn.split(':').at(-1) ?? arn;
      const settings = {
        visibilityTimeout: VisibilityTimeout / context.timeScale,
        retention: MessageRetentionPeriod,
        ...(RedrivePolicy && {
          redrive: {
            maxReceiveCount: RedrivePolicy.maxReceiveCount,
            deadLetters: { take: (message: Message) => open(RedrivePolicy.deadLetterTargetArn).take(message) },
          },
        }),
      };
      const made = { arn, name, queue: openQueue(folder, name, settings, context.clock) };
      opened.set(arn, made);
      return made;
    });
  const open = (queueArn: string): Queue => {
    const found = queues().find(({ arn }) => arn === queueArn);
    if (!found) throw new Error(`the stack has no queue ${queueArn}`);
    return found.queue;
  };
  const urlOf = (name: string) => `${context.origin}/_aws/sqs/${context.stack.account}/${name}`;
  const run = async ({ operation, input, authorize, notServed }: AwsJsonCall): Promise<object> => {
    if (operation === 'ListQueues') {
      authorize('sqs:ListQueues', '*');
      return { QueueUrls: queues().map(({ name }) => urlOf(name)) };
    }
    // A queue's URL ends with its name, whatever its host is.
    const wanted =
      operation === 'GetQueueUrl' ? ofName.parse(input).QueueName : ofQueue.parse(input).QueueUrl.split('/').at(-1);
    const found = queues().find(({ name }) => name === wanted);
    if (!found) {
      const queryCode = 'AWS.SimpleQueueService.NonExistentQueue';
      throw sqsError('QueueDoesNotExist', 'The specified queue does not exist.', queryCode);
    }
    // A batch needs the permission for the single operation.
    authorize(`sqs:${operation.replace(/Batch$/, '')}`, found.arn);
    if (operation === 'GetQueueUrl') return { QueueUrl: urlOf(found.name) };
    const handler = operations.get(operation);
    if (!handler) throw notServed();
    context.counters.count(`sqs.${operation}`);
    return handler(found.queue, input, { arn: found.arn, timeScale: context.timeScale });
  };

  const answer = serveAwsJson(context, {
    signingName: 'sqs',
    targetPrefix: 'AmazonSQS.',
    version: '1.0',
    maxBodyBytes: 1024 * 1024,
    errors: {
      unsigned: ({ code, message }) => new AwsError(signatureErrors[code], message, { status: 403 }),
      denied: (message) => new AwsError('AccessDeniedException', message, { status: 403 }),
      invalid: (error) => new AwsError('com.amazon.coral.service#InvalidParameterValue', z.prettifyError(error)),
    },
    run: async (call) => ({ body: await run(call) }),
  });
  return {
    answer,
    handle: overHttp(answer),
    async send(queueArn, body, principal) {
      const queue = open(queueArn);
      const decision = context.policies.authorize(principal, 'sqs:SendMessage', queueArn);
      if (!decision.allowed) throw new Error(decision.message);
      context.counters.count('sqs.SendMessage');
      queue.send(body);
    },
    open,
    depths: () => queues().map(({ arn, name, queue }) => ({ arn, name, ...queue.count() })),
    async stop() {},
  };
}

/** SQS has names of its own for these. */
const signatureErrors = {
  MissingAuthenticationToken: 'MissingAuthenticationToken',
  InvalidAccessKeyId: 'InvalidClientTokenId',
  InvalidToken: 'InvalidClientTokenId',
  SignatureDoesNotMatch: 'SignatureDoesNotMatch',
  RequestExpired: 'SignatureDoesNotMatch',
};
