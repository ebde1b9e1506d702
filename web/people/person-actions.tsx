import { useEffect } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';
import { blocksOf } from './blocks.ts';

const friendActions = {
  none: 'Ask to be friends',
  received: 'Accept friend request',
  sent: 'Take friend request back',
} as const;

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
          label={t('End friendship')}
          title={t('End the friendship with {name}?', { name })}
          onConfirm={() => friends.end(username)}
        >
          {t('They can ask again, and so can you.')}
        </ConfirmButton>
      ) : (
        isBlocked === false &&
        button(t(friendActions[friendship]), () =>
          friendship === 'sent' ? friends.end(username) : friends.ask(username),
        )
      )}
      {isBlocked === true && button(t('Unblock {name}', { name }), () => blocks.unblock(username))}
      {isBlocked === false && (
        <ConfirmButton
          label={t('Block {name}', { name })}
          kind="danger"
          title={t('Block {name}?', { name })}
          action={t('Block')}
          onConfirm={() => blocks.block(username)}
        >
          {t(
            '{name} can no longer write to you here, and does not see whether you are online. They are not told. Nothing changes in the groups and rooms that you share.',
            { name },
          )}
        </ConfirmButton>
      )}
    </>
  );
}
