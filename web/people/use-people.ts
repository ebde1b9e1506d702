import type { Profile } from '@parley/client';
import { useEffect, useState } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';

export interface Found {
  readonly is: 'searching' | 'found' | 'failed';
  readonly people: readonly Profile[];
  readonly error?: string;
}

/** ms in which somebody goes on typing */
const pause = 250;

/**
 * People whose name begins so, a moment after it was typed; an answer that was overtaken counts no more.
 * @param query undefined: nobody is looked for; empty: everybody
 */
export function usePeople(query: string | undefined): Found {
  const { chat, profiles } = useMessenger();
  const [found, setFound] = useState<Found & { readonly of?: string }>({ is: 'found', people: [] });
  useEffect(() => {
    if (query === undefined) return;
    const outdated = new AbortController();
    const timer = setTimeout(
      async () => {
        try {
          const asked = new URLSearchParams({ limit: '20', ...(query !== '' && { query }) });
          const { results } = await chat.request<{ results: Profile[] }>('GET', `/users?${asked}`, undefined, {
            signal: outdated.signal,
          });
          for (const person of results) profiles.put(person);
          if (!outdated.signal.aborted) setFound({ is: 'found', people: results, of: query });
        } catch (error) {
          if (outdated.signal.aborted) return;
          setFound({ is: 'failed', people: [], of: query, error: error instanceof Error ? error.message : '' });
        }
      },
      query === '' ? 0 : pause,
    );
    return () => {
      clearTimeout(timer);
      outdated.abort();
    };
  }, [chat, profiles, query]);
  return found.of === query || query === undefined ? found : { is: 'searching', people: found.people };
}
