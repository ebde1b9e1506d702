import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { ZodError, z } from 'zod';
import type { Context, Service } from '../context.ts';
import { readBody } from '../dynamodb/read-body.ts';
import type { Principal } from '../iam/access-keys.ts';
import { type SignatureCode, verifySignature } from '../iam/signature.ts';
import { operations } from './operations.ts';
import { type Message, openQueue, type Queue } from './queue.ts';
import { Refusal } from './refusal.ts';

/** The stack's queues, for services inside the runtime. */
export interface Queues {
  /**
   * Sends as this principal, which needs `sqs:SendMessage`.
   * @throws Error with AWS's sentence when it may not, or when the stack has no such queue
   */
  send(queueArn: string, body: string, principal: Principal): Promise<void>;
}

/** What the mappings of queues poll. */
export interface OpenQueues {
  /** @throws Error when the stack has no such queue */
  open(queueArn: string): Queue;
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
const target = 'AmazonSQS.';
const largestRequest = 1024 * 1024;

/**
 * The queues of the template under `/_aws/sqs`: enough of SQS's JSON protocol for functions that send, and to look at dead letters with the real CLI
 * and SDK (`aws sqs receive-message --endpoint-url <origin>/_aws/sqs --queue-url …`). Signature and role are checked.
 */
export async function startSqs(context: Context): Promise<Service & Queues & OpenQueues> {
  const folder = join(context.dataDirectory, 'sqs');
  const opened = new Map<string, Opened>();

  /** Opened at first use: after a reload the stack may have others. */
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
  const mustAllow = (principal: Principal, action: string, resource: string) => {
    const decision = context.policies.authorize(principal, action, resource);
    if (!decision.allowed) throw new Refusal(403, 'AccessDeniedException', decision.message);
  };

  const answer = (operation: string, input: unknown, principal: Principal): object => {
    if (operation === 'ListQueues') {
      mustAllow(principal, 'sqs:ListQueues', '*');
      return { QueueUrls: queues().map(({ name }) => urlOf(name)) };
    }
    // A queue's URL ends with its name, whichever host it was made for.
    const named =
      operation === 'GetQueueUrl' ? ofName.parse(input).QueueName : ofQueue.parse(input).QueueUrl.split('/').at(-1);
    const found = queues().find(({ name }) => name === named);
    if (!found) {
      throw new Refusal(
        400,
        'com.amazonaws.sqs#QueueDoesNotExist',
        'The specified queue does not exist.',
        'AWS.SimpleQueueService.NonExistentQueue',
      );
    }
    // A batch needs the permission for one.
    mustAllow(principal, `sqs:${operation.replace(/Batch$/, '')}`, found.arn);
    if (operation === 'GetQueueUrl') return { QueueUrl: urlOf(found.name) };
    const run = operations.get(operation);
    if (!run) throw new Refusal(400, 'UnknownOperationException', `${operation} is not served locally`);
    context.counters.count(`sqs.${operation}`);
    return run(found.queue, input, { arn: found.arn, timeScale: context.timeScale });
  };

  return {
    async handle(request, response) {
      try {
        const body = await readBody(request, largestRequest);
        if (!body) throw new Refusal(413, 'RequestEntityTooLarge', 'the request exceeds 1 MB');
        const signature = await verifySignature(
          { method: request.method ?? '', url: request.url ?? '', headers: request.headers, payload: { body } },
          { service: 'sqs', region: context.stack.region, keys: context.keys, now: () => context.clock.now() },
        );
        if (!signature.ok) throw new Refusal(403, signatureErrors[signature.code], signature.message);
        const called = String(request.headers['x-amz-target'] ?? '');
        const operation = called.startsWith(target) ? called.slice(target.length) : called;
        send(response, 200, answer(operation, parse(body), signature.principal));
      } catch (error) {
        if (error instanceof Refusal) {
          if (error.queryCode) response.setHeader('x-amzn-query-error', `${error.queryCode};Sender`);
          send(response, error.status, { __type: error.code, message: error.message });
        } else if (error instanceof ZodError) {
          send(response, 400, {
            __type: 'com.amazon.coral.service#InvalidParameterValue',
            message: z.prettifyError(error),
          });
        } else throw error;
      }
    },
    async send(queueArn, body, principal) {
      const queue = open(queueArn);
      mustAllow(principal, 'sqs:SendMessage', queueArn);
      context.counters.count('sqs.SendMessage');
      queue.send(body);
    },
    open,
    async stop() {},
  };
}

const signatureErrors: Readonly<Record<SignatureCode, string>> = {
  MissingAuthenticationToken: 'MissingAuthenticationToken',
  InvalidAccessKeyId: 'InvalidClientTokenId',
  InvalidToken: 'InvalidClientTokenId',
  SignatureDoesNotMatch: 'SignatureDoesNotMatch',
  RequestExpired: 'SignatureDoesNotMatch',
};

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new Refusal(400, 'SerializationException', 'the request body is not JSON');
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
