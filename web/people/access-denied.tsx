import { Forbidden, UnknownConversation, UnknownUser } from '@parley/client';
import { createRooms } from '@parley/client/rooms';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { hrefOf, reopen } from '../route.ts';
import { kindOf, plainName } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Button } from '../ui/button.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { errorSentence } from '../ui/error-sentence.ts';
import { useAction } from '../ui/use-action.ts';
import { list, t } from '../words/words.ts';

/** Shown instead of a conversation that cannot be opened: the reason, and what the user can do. */
export function AccessDenied({ name, error }: { readonly name: string; readonly error: Error }) {
  const { me } = useMessenger();
  const kind = kindOf(name);
  const [other] = name.split('_').filter((username) => username !== me);
  const isClosed = error instanceof Forbidden || error instanceof UnknownConversation;
  return (
    <div class="empty-pane">
      {kind === 'room' && isClosed ? (
        <NotJoined title={`#${name.slice('room:'.length)}`} room={name}>
          {t('You are not in this room yet. Everybody can join it.')}
        </NotJoined>
      ) : kind === 'fixed' && error instanceof Forbidden ? (
        <NotJoined title={t('You are not in this conversation')} room={name}>
          {t('You have left it, or one of you has blocked another.')}
        </NotJoined>
      ) : kind === 'direct' && error instanceof Forbidden && other !== undefined ? (
        <NotFriends username={other} />
      ) : (
        <>
          <p role="alert">{reasonOf(name, error)}</p>
          <Button onClick={reopen}>{t('Try again')}</Button>
        </>
      )}
      <a class="button" href={hrefOf({ page: 'inbox' })}>
        {t('Back to conversations')}
      </a>
    </div>
  );
}

function reasonOf(name: string, error: Error): string {
  if (error instanceof UnknownUser)
    return t('There is nobody named {names}.', { names: list(name.split('_').map(plainName), 'disjunction') });
  if (kindOf(name) === 'group' && error instanceof Forbidden)
    return t('You are not in this group. Its owner and admins can invite you.');
  return errorSentence(error);
}

/** For what the user can join by themselves. @param props.room also the id of a conversation that has the user in its name */
function NotJoined(props: { readonly title: string; readonly room: string; readonly children: ComponentChildren }) {
  const { title, room, children } = props;
  const { chat } = useMessenger();
  const { busy, error, run } = useAction();
  return (
    <>
      <h2 dir="auto">{title}</h2>
      <p>{children}</p>
      <ErrorMessage text={error} />
      <Button kind="main" disabled={busy} onClick={() => run(() => createRooms(chat).join(room).then(reopen))}>
        {t('Join')}
      </Button>
    </>
  );
}

/** For deployments where only friends can write to each other. Opens the conversation when the other user accepts. */
function NotFriends({ username }: { readonly username: string }) {
  const { friends, nameOf } = useMessenger();
  const { busy, error, run } = useAction();
  const friendship = friends.of(username);
  const name = nameOf(username);
  useEffect(() => {
    friends.load().catch(() => {});
  }, [friends]);
  useEffect(() => {
    if (friendship === 'friends') reopen();
  }, [friendship]);
  const { text, action } = {
    none: {
      text: t('You can write to each other once you and {name} are friends.', { name }),
      action: t('Ask to be friends'),
    },
    received: { text: t('{name} wants to be friends.', { name }), action: t('Accept') },
    sent: {
      text: t('You have asked {name} to be friends. You can write when they accept.', { name }),
      action: t('Take the request back'),
    },
    friends: { text: t('You and {name} are friends.', { name }), action: t('Ask to be friends') },
  }[friendship];
  return (
    <>
      <h2 dir="auto">{name}</h2>
      <p>{text}</p>
      <ErrorMessage text={error} />
      <Button
        kind={friendship === 'sent' ? undefined : 'main'}
        disabled={busy}
        onClick={() => run(() => (friendship === 'sent' ? friends.end(username) : friends.ask(username)))}
      >
        {action}
      </Button>
    </>
  );
}
