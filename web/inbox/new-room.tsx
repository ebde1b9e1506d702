import { useState } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { joinRoom } from '../people/join-room.ts';
import { go } from '../route.ts';
import { useAction } from '../ui/use-action.ts';
import { roomName } from './room-name.ts';

export function NewRoom({ onDone }: { onDone(): void }) {
  const { chat, me } = useMessenger();
  const [typed, setTyped] = useState('');
  const { busy, refusal, act } = useAction();
  const name = roomName(typed);

  async function join(room: string): Promise<void> {
    await joinRoom(chat, me, room);
    onDone();
    go({ at: 'conversation', name: room });
  }

  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (name !== undefined) act(() => join(`room:${name}`));
      }}
    >
      <label class="label">
        Name of the room
        <input
          class="field"
          required
          maxLength={65}
          autocomplete="off"
          autocapitalize="none"
          placeholder="lobby"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <p class="quiet">
        {name === undefined ? 'A room is open to everybody who knows its name.' : `Everybody can join #${name}.`} If
        there is none yet, this makes it.
      </p>
      {refusal && (
        <p class="refusal" role="alert">
          {refusal}
        </p>
      )}
      <button type="submit" class="button" data-kind="main" disabled={busy || name === undefined}>
        Join
      </button>
    </form>
  );
}
