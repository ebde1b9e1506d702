import { cleanText, limits } from '@parley/client/text';
import { plural } from '../words/words.ts';

/**
 * How many characters the text may still grow; below 0, how many it has too many. The size in bytes is limited as well, and attachments take a
 * part of it: then the result is an estimate for text of the same kind.
 */
export function remainingLength(text: string, attachments: number): number {
  const trimmed = cleanText(text);
  const { length } = [...trimmed];
  const quotes = 2;
  const bytes = new TextEncoder().encode(JSON.stringify(trimmed)).length - quotes;
  const maxBytes =
    limits.messageBytes - quotes - (attachments === 0 ? 0 : (attachments + 1) * limits.attachmentAddressBytes);
  return Math.min(limits.textLength - length, Math.floor((maxBytes - bytes) / (bytes / length || 1)));
}

/** Undefined while there is plenty of room. */
export function remainingText(remaining: number): string | undefined {
  if (remaining < 0) return plural('{n} character too many.|{n} characters too many.', -remaining);
  return remaining <= 200 ? plural('{n} character left.|{n} characters left.', remaining) : undefined;
}
