import { join } from 'node:path';
import { z } from 'zod';
import { overHttp } from '#answer';
import { AwsError } from '#aws-json/aws-error';
import { type AwsJsonCall, serveAwsJson } from '#aws-json/serve-aws-json';
import type { Context, Service } from '#context';
import type { Principal } from '#iam/access-keys';
import { checkMessage } from './check-message.ts';
import { sqsError } from './errors.ts';
import { deduplicationInterval } from './fifo.ts';
import type { Message, NewMessage } from './message.ts';
import { operations } from './operations.ts';
import { openQueue, type Queue } from './queue.ts';
import { type QueueProperties, queueProperties } from './queue-settings.ts';

/** The stack's queues, for services inside the runtime. */
export interface Queues {
  /**
   * Sends a message as this principal, which needs `sqs:SendMessage`.
   * @throws Error with AWS's sentence when the permission or the queue is missing, or SQS refuses the message
   */
  send(queueArn: string, message: string | NewMessage, principal: Principal): Promise<void>;
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
  /** When the oldest message was sent, in milliseconds since the epoch. Undefined: it has none. */
  readonly oldestAt: number | undefined;
}

interface Opened {
  readonly arn: string;
  readonly name: string;
  readonly queue: Queue;
  readonly properties: QueueProperties;
}

const ofQueue = z.looseObject({ QueueUrl: z.string() });
const ofPrefix = z.looseObject({ QueueNamePrefix: z.string().default('') });
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
      const properties = queueProperties(resource);
      const { timeScale } = context;
      const { RedrivePolicy, FifoQueue, ContentBasedDeduplication, DeduplicationScope } = properties;
      const name = arn.split(':').at(-1) ?? arn;
      const settings = {
        arn,
        visibilityTimeout: properties.VisibilityTimeout / timeScale,
        delay: properties.DelaySeconds / timeScale,
        retention: properties.MessageRetentionPeriod,
        ...(RedrivePolicy && {
          redrive: {
            maxReceiveCount: RedrivePolicy.maxReceiveCount,
            deadLetters: { take: (message: Message) => open(RedrivePolicy.deadLetterTargetArn).take(message) },
          },
        }),
        ...(FifoQueue && {
          fifo: {
            contentBased: ContentBasedDeduplication,
            perGroup: DeduplicationScope === 'messageGroup',
            interval: deduplicationInterval / timeScale,
          },
        }),
      };
      const made = { arn, name, queue: openQueue(folder, name, settings, context.clock), properties };
      opened.set(arn, made);
      return made;
    });
  const find = (queueArn: string): Opened => {
    const found = queues().find(({ arn }) => arn === queueArn);
    if (!found) throw new Error(`the stack has no queue ${queueArn}`);
    return found;
  };
  const open = (queueArn: string): Queue => find(queueArn).queue;
  const stopping = new AbortController();
  const urlOf = (name: string) => `${context.origin}/_aws/sqs/${context.stack.account}/${name}`;
  const run = async ({ operation, input, authorize, notServed, signer }: AwsJsonCall): Promise<object> => {
    if (operation === 'ListQueues') {
      authorize('sqs:ListQueues', '*');
      const { QueueNamePrefix } = ofPrefix.parse(input);
      const listed = queues().filter(({ name }) => name.startsWith(QueueNamePrefix));
      return { QueueUrls: listed.map(({ name }) => urlOf(name)) };
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
    const { timeScale, clock, stack } = context;
    const senderId = senderIdOf(signer(), stack.account);
    return handler({ ...found, timeScale, now: clock.now, senderId, signal: stopping.signal }, input);
  };

  const answer = serveAwsJson(context, {
    signingName: 'sqs',
    targetPrefix: 'AmazonSQS.',
    version: '1.0',
    // A batch of a mebibyte is longer as JSON.
    maxBodyBytes: 8 * 1024 * 1024,
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
    async send(queueArn, message, principal) {
      const { queue, properties } = find(queueArn);
      const decision = context.policies.authorize(principal, 'sqs:SendMessage', queueArn);
      if (!decision.allowed) throw new Error(decision.message);
      const sent = {
        ...(typeof message === 'string' ? { body: message } : message),
        senderId: senderIdOf(principal, context.stack.account),
      };
      checkMessage(queue, sent, {}, properties.MaximumMessageSize);
      context.counters.count('sqs.SendMessage');
      queue.send(sent);
    },
    open,
    depths: () => queues().map(({ arn, name, queue }) => ({ arn, name, ...queue.count() })),
    async stop() {
      stopping.abort();
    },
  };
}

/** What receivers see of a sender. AWS has the role's id and the session; here the session's ARN. */
function senderIdOf(principal: Principal, account: string): string {
  return principal.kind === 'root' ? account : principal.arn;
}

/** SQS has names of its own for these. */
const signatureErrors = {
  MissingAuthenticationToken: 'MissingAuthenticationToken',
  InvalidAccessKeyId: 'InvalidClientTokenId',
  InvalidToken: 'InvalidClientTokenId',
  SignatureDoesNotMatch: 'SignatureDoesNotMatch',
  RequestExpired: 'SignatureDoesNotMatch',
};
