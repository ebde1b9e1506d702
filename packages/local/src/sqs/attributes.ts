import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sqsError } from './errors.ts';

/** A message's own attributes, as SQS's API and a queue's file spell them. A binary value is base64. */
export const MessageAttributes = z.record(
  z.string(),
  z.looseObject({ DataType: z.string(), StringValue: z.string().optional(), BinaryValue: z.string().optional() }),
);
export type MessageAttributes = z.infer<typeof MessageAttributes>;

/** SQS's limit for a message. */
const maxAttributes = 10;
const hasForbiddenName = (name: string) =>
  !/^[A-Za-z0-9_.-]{1,256}$/.test(name) || /^(aws|amazon)\.|^\.|\.$|\.\./i.test(name);

/**
 * Refuses attributes that SQS refuses, with its sentences.
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-message-attributes
 * @throws AwsError
 */
export function checkAttributes(attributes: MessageAttributes): void {
  const names = Object.keys(attributes);
  if (names.length > maxAttributes) {
    throw invalid(`Number of message attributes [${names.length}] exceeds the allowed maximum [${maxAttributes}].`);
  }
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    if (hasForbiddenName(name)) {
      throw invalid(
        'Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores.',
      );
    }
    const [kind = ''] = DataType.split('.');
    if (!['String', 'Number', 'Binary'].includes(kind)) {
      throw invalid(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    const value = kind === 'Binary' ? BinaryValue : StringValue;
    if (value === undefined || value === '') {
      const type = kind === 'Binary' ? 'Binary' : 'String';
      throw invalid(
        `Message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`,
        'MissingParameter',
      );
    }
    if (kind === 'Number' && !Number.isFinite(Number(value))) {
      throw invalid(`Could not cast message attribute '${name}' value to number.`);
    }
  }
}

/** Bytes of names, types and values, which count towards a message's size. */
export function sizeOfAttributes(attributes: MessageAttributes = {}): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType, StringValue = '', BinaryValue = '' }]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue) +
      Buffer.byteLength(BinaryValue, 'base64'),
    0,
  );
}

/**
 * The MD5 by which SDKs check that attributes arrived whole. Undefined without attributes.
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: MessageAttributes = {}): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue = '' } = attributes[name] ?? {};
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    const isBinary = DataType.startsWith('Binary');
    hash.update(Buffer.of(isBinary ? 2 : 1));
    add(isBinary ? Buffer.from(BinaryValue, 'base64') : Buffer.from(StringValue ?? ''));
  }
  return hash.digest('hex');
}

/** The attributes that a receiver asks for: `All`, `.*`, names, and beginnings like `order.*`. */
export function chosenAttributes(
  attributes: MessageAttributes | undefined,
  wanted: readonly string[],
): MessageAttributes | undefined {
  const isWanted = (name: string) =>
    wanted.some((one) => one === 'All' || one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -2))));
  const chosen = Object.entries(attributes ?? {}).filter(([name]) => isWanted(name));
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
}

const invalid = (message: string, name = 'InvalidParameterValue') => sqsError(name, message, name);
