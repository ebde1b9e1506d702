import type { RefObject } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { PersonAvatar } from '../people/person-avatar.tsx';
import { navigate } from '../route.ts';
import { useDemoUsers } from '../session/auth-context.ts';
import { useMessenger, useSession } from '../state/session-context.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { isRightToLeft, t } from '../words/words.ts';
import { useDisplayName } from './use-display-name.ts';

const SettingsDialog = lazy((chunk) => chunk.SettingsDialog);
const SignOutDialog = lazy((chunk) => chunk.SignOutDialog);

/** The user's picture, which opens the account menu. */
export function AccountButton() {
  const { me } = useMessenger();
  const [open, setOpen] = useState<'settings' | 'sign out'>();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useId();
  const name = useDisplayName();
  const close = () => setOpen(undefined);
  return (
    <>
      <button
        type="button"
        class="icon-button account-button"
        aria-label={t('Account of {name}', { name })}
        popovertarget={menu}
        ref={button}
      >
        <PersonAvatar username={me} name={name} size={2.25} presence={false} />
      </button>
      <AccountMenu
        id={menu}
        button={button}
        onSettings={() => setOpen('settings')}
        onSignOut={() => setOpen('sign out')}
      />
      {open === 'settings' && <SettingsDialog onClose={close} />}
      {open === 'sign out' && <SignOutDialog onClose={close} />}
    </>
  );
}

/** A popover below its button. The browser closes it on Escape and on a click outside, and gives the focus back. */
function AccountMenu(props: {
  readonly id: string;
  readonly button: RefObject<HTMLButtonElement | null>;
  onSettings(): void;
  onSignOut(): void;
}) {
  const { session, messenger } = useSession();
  const menu = useRef<HTMLDivElement>(null);
  const name = useDisplayName();
  const demoUsers = useDemoUsers().filter(({ username }) => username !== messenger.me);
  const accounts = session.accounts.value.filter(
    ({ username, refresh }) => username !== messenger.me && refresh !== undefined,
  );
  const close = () => menu.current?.hidePopover();
  const choose = (act: () => void) => () => {
    close();
    act();
  };
  const place = () => {
    const { bottom, left, right } = props.button.current?.getBoundingClientRect() ?? { bottom: 0, left: 0, right: 0 };
    menu.current?.style.setProperty('--below', `${bottom}px`);
    menu.current?.style.setProperty('--end', `${isRightToLeft() ? innerWidth - left : right}px`);
  };
  const item = (icon: IconName, label: string, act: () => void) => (
    <li>
      <Button look="list-button" onClick={choose(act)}>
        <Icon name={icon} /> {label}
      </Button>
    </li>
  );
  return (
    <div id={props.id} class="account-menu" popover="auto" ref={menu} onBeforeToggle={place}>
      <p class="account-name">
        <strong dir="auto">{name}</strong>
        {name !== messenger.me && <span class="quiet">{messenger.me}</span>}
      </p>
      <ul>
        {item('settings', t('Settings'), props.onSettings)}
        {accounts.map((account) => (
          <li key={account.username}>
            <Button
              look="list-button"
              onClick={choose(() => {
                navigate({ page: 'inbox' });
                session.use(account.username);
              })}
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
              onClick={close}
            >
              <Icon name="window" /> {t('Open another tab as {name}', { name: username })}
            </a>
          </li>
        ))}
        {item('plus', t('Add an account'), session.leave)}
        {item('out', t('Sign out'), props.onSignOut)}
      </ul>
    </div>
  );
}
