import { kept } from '../ui/storage.ts';

/** What the palette remembers of a user in this browser. */
export interface EmojiHabits {
  /** Latest first, with their skin tones. */
  readonly recent: readonly string[];
  /** One of `skinTones`. */
  readonly tone: string;
}

const maxRecent = 24;
const keyOf = (user: string) => `parley.emoji.${user}`;

export function readHabits(user: string): EmojiHabits {
  try {
    return { recent: [], tone: '', ...JSON.parse(kept.getItem(keyOf(user)) ?? '{}') };
  } catch {
    return { recent: [], tone: '' };
  }
}

export function saveHabits(user: string, habits: EmojiHabits): void {
  kept.setItem(keyOf(user), JSON.stringify(habits));
}

export function withRecent({ recent, tone }: EmojiHabits, emoji: string): EmojiHabits {
  return { tone, recent: [emoji, ...recent.filter((other) => other !== emoji)].slice(0, maxRecent) };
}
