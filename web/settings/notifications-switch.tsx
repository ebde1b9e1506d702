import { useSigned } from '../chat/use-messenger.ts';
import { forgetDevice } from '../notify/push-device.ts';
import { canNotify, notificationsWanted, unwantNotifications, wantNotifications } from '../notify/wanted.ts';
import { useAction } from '../ui/use-action.ts';

export function NotificationsSwitch() {
  const { messenger } = useSigned();
  const { busy, refusal, act } = useAction();
  const wanted = notificationsWanted.value;

  async function stop(): Promise<void> {
    unwantNotifications();
    await forgetDevice(messenger.chat, messenger.me);
  }

  return (
    <section>
      <label class="switch">
        <span>
          <strong>Notifications</strong>
          <span class="quiet" aria-hidden="true">
            When somebody writes while you look elsewhere
          </span>
        </span>
        <input
          type="checkbox"
          role="switch"
          aria-checked={wanted}
          aria-label="Notifications"
          checked={wanted}
          disabled={busy || !canNotify()}
          onChange={(event) => {
            // It is on when the browser has allowed it, not when it was clicked.
            event.currentTarget.checked = wanted;
            act(wanted ? stop : wantNotifications);
          }}
        />
      </label>
      {!canNotify() && <p class="quiet">This browser shows no notifications for pages.</p>}
      {refusal !== undefined && (
        <p class="refusal" role="alert">
          {refusal}
        </p>
      )}
    </section>
  );
}
