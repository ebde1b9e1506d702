import { useId, useRef, useState } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { PersonAvatar } from '../people/person-avatar.tsx';
import { useMessenger } from '../state/session-context.ts';
import { AccountMenu } from './account-menu.tsx';
import { SignOutDialog } from './sign-out-dialog.tsx';
import { useDisplayName } from './use-display-name.ts';

const SettingsDialog = lazy((chunk) => chunk.SettingsDialog);

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
        aria-label={`Account of ${name}`}
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
