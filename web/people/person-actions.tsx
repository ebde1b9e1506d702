import { useEffect } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { useAction } from '../ui/use-action.ts';
import { blocksOf } from './blocks.ts';

const friendActions = {
  none: 'Ask to be friends',
  received: 'Accept friend request',
  sent: 'Take friend request back',
};

/** Friendship with, and blocking of, another user. */
export function PersonActions({ username, name }: { readonly username: string; readonly name: string }) {
  const { chat, friends } = useMessenger();
  const blocks = blocksOf(chat);
  const { busy, error, run } = useAction();
  useEffect(() => {
    friends.load().catch(() => {});
    blocks.load().catch(() => {});
  }, [friends, blocks]);
  const friendship = friends.of(username);
  const isBlocked = blocks.has(username);
  const button = (label: string, act: () => Promise<unknown>) => (
    <Button look="list-button" disabled={busy} onClick={() => run(act)}>
      {label}
    </Button>
  );
  return (
    <>
      <ErrorMessage text={error} />
      {friendship === 'friends' ? (
        <ConfirmButton
          label="End friendship"
          title={`End the friendship with ${name}?`}
          onConfirm={() => friends.end(username)}
        >
          They can ask again, and so can you.
        </ConfirmButton>
      ) : (
        isBlocked === false &&
        button(friendActions[friendship], () => (friendship === 'sent' ? friends.end(username) : friends.ask(username)))
      )}
      {isBlocked === true && button(`Unblock ${name}`, () => blocks.unblock(username))}
      {isBlocked === false && (
        <ConfirmButton
          label={`Block ${name}`}
          kind="danger"
          title={`Block ${name}?`}
          action="Block"
          onConfirm={() => blocks.block(username)}
        >
          {name} can no longer write to you here, and does not see whether you are online. They are not told. Nothing
          changes in the groups and rooms that you share.
        </ConfirmButton>
      )}
    </>
  );
}
