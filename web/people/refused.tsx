import { Forbidden, UnknownConversation, UnknownUser } from '@parley/client';
import { useEffect } from 'preact/hooks';
import { reopen } from '../chat/reopen.ts';
import { useMessenger } from '../chat/use-messenger.ts';
import { addressOf } from '../route.ts';
import { sentenceOf, useAction } from '../ui/use-action.ts';
import { joinRoom } from './join-room.ts';
import { kindOf, plainName } from './names.ts';

/** In place of a conversation that was refused: why, and what can be done about it. */
export function Refused({ name, error }: { readonly name: string; readonly error: Error }) {
  const { me } = useMessenger();
  const kind = kindOf(name);
  const [other] = name.split('_').filter((username) => username !== me);
  const closed = error instanceof Forbidden || error instanceof UnknownConversation;
  return (
    <div class="nothing">
      {kind === 'room' && closed ? (
        <NotJoined room={name} />
      ) : kind === 'direct' && error instanceof Forbidden && other !== undefined ? (
        <NotFriends username={other} />
      ) : (
        <>
          <p role="alert">{reasonOf(name, error)}</p>
          <button type="button" class="button" onClick={reopen}>
            Try again
          </button>
        </>
      )}
      <a class="button" href={addressOf({ at: 'inbox' })}>
        Back to conversations
      </a>
    </div>
  );
}

function reasonOf(name: string, error: Error): string {
  if (error instanceof UnknownUser) return `There is nobody named ${name.split('_').map(plainName).join(' or ')}.`;
  if (kindOf(name) === 'group' && error instanceof Forbidden)
    return 'You are not in this group. Its members can invite you.';
  return sentenceOf(error);
}

function NotJoined({ room }: { readonly room: string }) {
  const { chat, me } = useMessenger();
  const { busy, refusal, act } = useAction();
  return (
    <>
      <h2>#{room.slice('room:'.length)}</h2>
      <p>You are not in this room yet. Everybody can join it.</p>
      {refusal && <p role="alert">{refusal}</p>}
      <button
        type="button"
        class="button"
        data-kind="main"
        disabled={busy}
        onClick={() => act(() => joinRoom(chat, me, room).then(reopen))}
      >
        Join
      </button>
    </>
  );
}

/** Where friends come first: asks, or accepts; opens by itself when the other one accepts. */
function NotFriends({ username }: { readonly username: string }) {
  const { friends, nameOf } = useMessenger();
  const { busy, refusal, act } = useAction();
  const state = friends.of(username);
  const name = nameOf(username);
  useEffect(() => {
    friends.load().catch(() => {});
  }, [friends]);
  useEffect(() => {
    if (state === 'friends') reopen();
  }, [state]);
  return (
    <>
      <h2>{name}</h2>
      <p>{wordsOf[state](name)}</p>
      {refusal && <p role="alert">{refusal}</p>}
      {state === 'sent' ? (
        <button type="button" class="button" disabled={busy} onClick={() => act(() => friends.end(username))}>
          Take the request back
        </button>
      ) : (
        <button
          type="button"
          class="button"
          data-kind="main"
          disabled={busy}
          onClick={() => act(() => friends.ask(username))}
        >
          {state === 'received' ? 'Accept' : 'Ask to be friends'}
        </button>
      )}
    </>
  );
}

const wordsOf = {
  none: (name: string) => `You can write to each other once you and ${name} are friends.`,
  received: (name: string) => `${name} wants to be friends.`,
  sent: (name: string) => `You have asked ${name} to be friends. You can write when they accept.`,
  friends: (name: string) => `You and ${name} are friends.`,
};
