import { checkAttributes, sizeOfAttributes } from './attributes.ts';
import { sqsError } from './errors.ts';
import type { NewMessage } from './message.ts';
import type { Queue } from './queue.ts';

/** All that XML 1.0 allows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what SQS refuses
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;
const isToken = /^[\w!-/:-@[-`{-~]{1,128}$/;

/** Bytes of a message, as SQS counts them. */
export function sizeOf({ body, attributes }: NewMessage): number {
  return Buffer.byteLength(body) + sizeOfAttributes(attributes);
}

/**
 * Refuses a message that SQS refuses, with its sentences.
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 * @param asked.delay what the sender asks for: a FIFO queue has one delay for all
 * @param largest the queue's MaximumMessageSize in bytes
 * @throws AwsError
 */
export function checkMessage(
  queue: Queue,
  message: NewMessage,
  asked: { delay?: number | undefined },
  largest: number,
) {
  const { body, attributes = {}, groupId, deduplicationId } = message;
  if (body === '') {
    throw sqsError('MissingParameter', 'The request must contain the parameter MessageBody.', 'MissingParameter');
  }
  if (forbidden.test(body)) {
    const allowed = '#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF';
    const sentence = `Invalid characters found. Valid unicode characters are ${allowed}`;
    throw sqsError('InvalidMessageContents', sentence, 'InvalidMessageContents');
  }
  checkAttributes(attributes);
  if (sizeOf(message) > largest) {
    throw invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${largest} bytes.`);
  }
  for (const [name, value] of Object.entries({ MessageGroupId: groupId, MessageDeduplicationId: deduplicationId })) {
    if (value === undefined || isToken.test(value)) continue;
    throw invalid(
      `Value ${value} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
  const wrongKind = (name: string, value: unknown) =>
    invalid(
      `Value ${value} for parameter ${name} is invalid. Reason: The request includes a parameter that is not valid for this queue type.`,
    );
  if (!queue.isFifo) {
    // A group is allowed since July 2025: "fair queues" share a standard queue among groups.
    if (deduplicationId !== undefined) throw wrongKind('MessageDeduplicationId', deduplicationId);
    return;
  }
  if (asked.delay) throw wrongKind('DelaySeconds', asked.delay);
  if (groupId === undefined) {
    throw sqsError('MissingParameter', 'The request must contain the parameter MessageGroupId.', 'MissingParameter');
  }
  if (queue.deduplicationId(message) === undefined) {
    throw invalid(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
}

const invalid = (message: string) => sqsError('InvalidParameterValue', message, 'InvalidParameterValue');
