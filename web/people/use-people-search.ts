import type { Profile } from '@parley/client';
import { useEffect, useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { errorSentence } from '../ui/error-sentence.ts';

interface PeopleSearch {
  readonly status: 'searching' | 'found' | 'failed';
  readonly people: readonly Profile[];
  readonly error?: string;
}

/** The search starts when the user has not typed for this long. */
const delayMs = 250;

/** Searches for people whose name starts with the query; an empty query finds everybody. Only the answer to the latest query counts. */
export function usePeopleSearch(query: string): PeopleSearch {
  const { profiles } = useMessenger();
  const [last, setLast] = useState<PeopleSearch & { readonly query?: string }>({ status: 'found', people: [] });
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    async function search(): Promise<void> {
      try {
        const people = await profiles.search(query, { signal });
        if (!signal.aborted) setLast({ status: 'found', people, query });
      } catch (error) {
        if (signal.aborted) return;
        setLast({ status: 'failed', people: [], query, error: error instanceof Error ? errorSentence(error) : '' });
      }
    }
    const timer = setTimeout(search, query === '' ? 0 : delayMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [profiles, query]);
  return last.query === query ? last : { status: 'searching', people: last.people };
}
