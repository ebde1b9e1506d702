import { useMessenger } from './use-messenger.ts';

/** Below the page's name: who one is, or, where that is not live, how the connection is. */
export function ConnectionLine() {
  const { chat, me, state, nameOf } = useMessenger();
  const { is, says } = state.value;
  return (
    <p class="connection" role="status" data-is={is}>
      <span>{is === 'live' ? nameOf(me) : says}</span>
      {is === 'waiting' && (
        <button type="button" class="link-button" onClick={() => chat.connect()}>
          Try now
        </button>
      )}
    </p>
  );
}
