/** Unicode's modifiers for skin, from light to dark; empty: yellow. */
export const skinTones = ['', '🏻', '🏼', '🏽', '🏾', '🏿'] as const;

const joiner = '\u200d';

/** The emoji with a skin tone, for each person that is in it. The hands between two persons have none. */
export function withTone(emoji: string, tone: string): string {
  if (tone === '') return emoji;
  const parts = emoji.split(joiner);
  return parts
    .map((part) => {
      const isBetween = parts.length > 1 && part === '🤝';
      return isBetween ? part : part.replace(/^(\p{Emoji_Modifier_Base})\ufe0f?/u, `$1${tone}`);
    })
    .join(joiner);
}
