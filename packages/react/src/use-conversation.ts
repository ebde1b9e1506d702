import type { Conversation } from '@parley/client';
import { useEffect, useState } from 'react';
import { useSession } from './chat-provider.ts';
import { useValue } from './use-value.ts';

/** A conversation that a component wants. */
export type OpenedConversation =
  | { readonly status: 'opening'; readonly conversation?: undefined; readonly error?: undefined }
  | { readonly status: 'open'; readonly conversation: Conversation; readonly error?: undefined }
  /** @property error such as `Forbidden` or `UnknownUser` of `@parley/client` */
  | { readonly status: 'failed'; readonly conversation?: undefined; readonly error: Error };

const opening: OpenedConversation = { status: 'opening' };

/**
 * Opens a conversation, and keeps it open as long as a component uses it. Renders again when its `view` changes, and when it has `ended`.
 * @param name a user's name such as `bob`, or an id: `alice_bob`, `room:lobby`, `group:…`; undefined: none
 */
export function useConversation(name: string | undefined): OpenedConversation {
  const session = useSession();
  const [opened, setOpened] = useState<{ readonly name: string; readonly result: OpenedConversation }>();
  useEffect(() => {
    if (!session || name === undefined) return;
    let mounted = true;
    const show = (result: OpenedConversation) => mounted && setOpened({ name, result });
    const [promise, release] = session.conversations.use(name);
    promise.then(
      (conversation) => show({ status: 'open', conversation }),
      (error: Error) => show({ status: 'failed', error }),
    );
    return () => {
      mounted = false;
      setOpened(undefined);
      release();
    };
  }, [session, name]);
  const result = opened && opened.name === name ? opened.result : opening;
  // What most components read of it: they are rendered again when it changes.
  useValue(result.conversation, ({ view }) => view, undefined);
  useValue(result.conversation, ({ ended }) => ended, undefined);
  return result;
}
