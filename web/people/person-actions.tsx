import { useEffect, useState } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useAction } from '../ui/use-action.ts';

/** Friendship and blocks, of one other person. */
export function PersonActions({ username, name }: { readonly username: string; readonly name: string }) {
  const { friends, blocks } = useMessenger();
  const [asks, setAsks] = useState<'block' | 'unfriend'>();
  const { busy, refusal, act } = useAction();
  useEffect(() => {
    friends.load().catch(() => {});
    blocks.load().catch(() => {});
  }, [friends, blocks]);
  const state = friends.of(username);
  const blocked = blocks.people.value?.some((one) => one.username === username);
  return (
    <>
      {refusal && (
        <p class="refusal" role="alert">
          {refusal}
        </p>
      )}
      {state === 'friends' ? (
        <button type="button" class="action" onClick={() => setAsks('unfriend')}>
          End friendship
        </button>
      ) : (
        blocked === false && (
          <button
            type="button"
            class="action"
            disabled={busy}
            onClick={() => act(() => (state === 'sent' ? friends.end(username) : friends.ask(username)))}
          >
            {words[state]}
          </button>
        )
      )}
      {blocked === true && (
        <button type="button" class="action" disabled={busy} onClick={() => act(() => blocks.unblock(username))}>
          Unblock {name}
        </button>
      )}
      {blocked === false && (
        <button type="button" class="action" data-kind="danger" onClick={() => setAsks('block')}>
          Block {name}
        </button>
      )}
      {asks === 'unfriend' && (
        <ConfirmDialog
          title={`End the friendship with ${name}?`}
          action="End friendship"
          onConfirm={() => friends.end(username)}
          onClose={() => setAsks(undefined)}
        >
          They can ask again, and so can you.
        </ConfirmDialog>
      )}
      {asks === 'block' && (
        <ConfirmDialog
          title={`Block ${name}?`}
          action="Block"
          onConfirm={() => blocks.block(username)}
          onClose={() => setAsks(undefined)}
        >
          {name} cannot write to you here any more, and does not see whether you are online. They are not told. In
          groups and rooms that you share nothing changes.
        </ConfirmDialog>
      )}
    </>
  );
}

const words = {
  none: 'Ask to be friends',
  received: 'Accept friend request',
  sent: 'Take friend request back',
};
