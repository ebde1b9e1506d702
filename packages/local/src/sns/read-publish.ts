import { elementsOf, type Fields, QueryError } from '#aws-query/serve-aws-query';
import type { Attribute } from './notification.ts';
import { textFor } from './notification.ts';
import type { Topic } from './topics.ts';

/** What a publisher says. */
export interface Published {
  readonly message: string;
  /** `message` is JSON with a text for each protocol. */
  readonly perProtocol: boolean;
  readonly subject?: string | undefined;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
}

/** SNS's limit for a message or a batch, attributes included. */
const maxBytes = 256 * 1024;

/** Reads the fields of Publish, or of an entry of PublishBatch. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export function readPublish(fields: Fields): Published {
  return {
    message: fields.get('Message') ?? '',
    perProtocol: fields.get('MessageStructure') === 'json',
    subject: fields.get('Subject'),
    attributes: readAttributes(fields),
    groupId: fields.get('MessageGroupId'),
    deduplicationId: fields.get('MessageDeduplicationId'),
  };
}

function readAttributes(fields: Fields): Map<string, Attribute> {
  return new Map(
    elementsOf(fields, 'MessageAttributes').map((entry) => {
      const name = entry.get('Name') ?? '';
      const type = entry.get('Value.DataType') ?? '';
      const [kind = ''] = type.split('.');
      if (!['String', 'Number', 'Binary'].includes(kind)) {
        throw new QueryError(
          'ParameterValueInvalid',
          `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
        );
      }
      const value = entry.get(kind === 'Binary' ? 'Value.BinaryValue' : 'Value.StringValue');
      if (!value) {
        const sentence = `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`;
        throw new QueryError('ParameterValueInvalid', sentence);
      }
      return [name, { type, value }];
    }),
  );
}

export function sizeOf({ message, attributes }: Published): number {
  return [...attributes].reduce(
    (sum, [name, { type, value }]) => sum + Buffer.byteLength(name + type + value),
    Buffer.byteLength(message),
  );
}

/** Refuses what SNS refuses, with its sentences. @throws QueryError */
export function checkPublish(topic: Topic, published: Published): void {
  const { message, perProtocol, subject, groupId, deduplicationId } = published;
  if (message === '') throw invalid('Empty message');
  if (sizeOf(published) > maxBytes) throw invalid('Message too long');
  if (perProtocol && textFor(message, 'default') === undefined) {
    throw invalid('Message Structure - No default entry in JSON message body');
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what SNS refuses
  if (subject !== undefined && (subject.length === 0 || subject.length > 100 || /[\u0000-\u001F]/.test(subject))) {
    throw invalid('Subject');
  }
  if (!topic.fifo) {
    if (deduplicationId !== undefined) {
      throw invalid(
        'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
      );
    }
    return;
  }
  if (groupId === undefined) throw invalid('The MessageGroupId parameter is required for FIFO topics');
  if (deduplicationId === undefined && !topic.fifo.contentBased) {
    throw invalid(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
}

const invalid = (reason: string) => new QueryError('InvalidParameter', `Invalid parameter: ${reason}`);
