import { navigate } from '../route.ts';
import { useDemoUsers } from '../session/auth-context.ts';
import { useSession } from '../state/session-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { t } from '../words/words.ts';
import { useDisplayName } from './use-display-name.ts';

/** What is in the account menu. */
export function AccountMenu(props: {
  onSettings(): void;
  onSignOut(): void;
  /** Another account is to be used in this tab. */
  onLeave(leave: () => void): void;
  onClose(): void;
}) {
  const { session, messenger } = useSession();
  const name = useDisplayName();
  const demoUsers = useDemoUsers().filter(({ username }) => username !== messenger.me);
  const accounts = session.accounts.value.filter(
    ({ username, refresh }) => username !== messenger.me && refresh !== undefined,
  );
  const choose = (act: () => void) => () => {
    props.onClose();
    act();
  };
  const item = (icon: IconName, label: string, act: () => void) => (
    <li>
      <Button look="list-button" onClick={choose(act)}>
        <Icon name={icon} /> {label}
      </Button>
    </li>
  );
  return (
    <>
      <p class="account-name">
        <strong>
          <bdi>{name}</bdi>
        </strong>
        {name !== messenger.me && <span class="quiet">{messenger.me}</span>}
      </p>
      <ul>
        {item('settings', t('Settings'), props.onSettings)}
        {accounts.map((account) => (
          <li key={account.username}>
            <Button
              look="list-button"
              onClick={choose(() =>
                props.onLeave(() => {
                  navigate({ page: 'inbox' });
                  session.use(account.username);
                }),
              )}
            >
              <Avatar name={account.name} size={1.25} /> {t('Switch to {name}', { name: account.name })}
            </Button>
          </li>
        ))}
        {demoUsers.map(({ username }) => (
          <li key={username}>
            <a
              class="list-button"
              href={`/?user=${encodeURIComponent(username)}`}
              target="_blank"
              rel="noopener noreferrer"
              onClick={props.onClose}
            >
              <Icon name="window" /> {t('Open another tab as {name}', { name: username })}
            </a>
          </li>
        ))}
        {item('plus', t('Add an account'), () => props.onLeave(session.leave))}
        {item('out', t('Sign out'), props.onSignOut)}
      </ul>
    </>
  );
}
