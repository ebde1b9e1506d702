import { effect } from '@preact/signals';
import { t } from '../words/words.ts';
import { sharedCache } from '../worker/messages.ts';
import type { PushWords } from '../worker/push-words.ts';

/** Leaves words in the page's language for pushes, which come while no page is open. @returns stop */
export function keepPushWords(): () => void {
  return effect(() => {
    const words: PushWords = { Photo: t('Photo'), Video: t('Video'), 'Voice message': t('Voice message') };
    // If it fails, pushes are in English.
    caches
      .open(sharedCache.name)
      .then((cache) => cache.put(sharedCache.words, Response.json(words)))
      .catch(() => {});
  });
}
