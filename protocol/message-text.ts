import { cleanText } from './clean-text.ts';
import { ChatError } from './errors.ts';
import { limits } from './limits.ts';

/**
 * A message's text as it is stored: cleaned, and within the limits. It may be empty only beside attachments.
 * @throws ChatError `invalid_frame`, `too_large`
 */
export function messageText(message: string | undefined, attachments: number): string {
  const trimmed = cleanText(message ?? '');
  if (trimmed === '' && attachments === 0) {
    throw new ChatError('invalid_frame', 'it is empty: give a message of 1 to 8,000 characters, or attachments');
  }
  if ([...trimmed].length > limits.textLength) {
    throw new ChatError('too_large', `it has more than ${limits.textLength.toLocaleString('en')} characters`);
  }
  const addresses = attachments === 0 ? 0 : (attachments + 1) * limits.attachmentAddressBytes;
  const room = limits.messageBytes - addresses;
  if (bytesOf(trimmed) > room) {
    const beside = attachments === 0 ? '' : ` beside ${attachments} attachments`;
    throw new ChatError('too_large', `it has more than ${room.toLocaleString('en')} bytes${beside}`);
  }
  return trimmed;
}

/** Bytes of a value as JSON. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
