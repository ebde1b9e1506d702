import { useEffect, useState } from 'preact/hooks';
import { type EmojiGroup, loadEmoji } from './load-emoji.ts';

/** All emoji: undefined while they are loaded, an error if that failed. */
export function useEmoji(language: string): readonly EmojiGroup[] | Error | undefined {
  const [result, setResult] = useState<readonly EmojiGroup[] | Error>();
  useEffect(() => {
    let mounted = true;
    const show = (next: readonly EmojiGroup[] | Error) => mounted && setResult(next);
    loadEmoji(language).then(show, show);
    return () => {
      mounted = false;
    };
  }, [language]);
  return result;
}
