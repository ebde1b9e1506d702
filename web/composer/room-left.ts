import { limits } from '../../protocol/limits.ts';

/**
 * How many characters a text may still grow, below 0: how many it has too many. Besides its characters their bytes are limited, of which
 * attachments take some; then it is an estimate, as if the text went on as it is.
 */
export function roomLeft(text: string, attachments: number): number {
  const trimmed = text.trim();
  const { length } = [...trimmed];
  const quotes = 2;
  const bytes = new TextEncoder().encode(JSON.stringify(trimmed)).length - quotes;
  const most =
    limits.messageBytes - quotes - (attachments === 0 ? 0 : (attachments + 1) * limits.attachmentAddressBytes);
  return Math.min(limits.textLength - length, Math.floor((most - bytes) / (bytes / length || 1)));
}

/** What is said of it; nothing while there is plenty. */
export function sayRoom(left: number): string | undefined {
  const some = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'character' : 'characters'}`;
  if (left < 0) return `${some(-left)} too many.`;
  return left <= 200 ? `${some(left)} left.` : undefined;
}
