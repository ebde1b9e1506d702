import { useId, useRef, useState } from 'preact/hooks';
import { useSigned } from '../chat/use-messenger.ts';
import { PersonAvatar } from '../people/person-avatar.tsx';
import { lazy } from '../ui/lazy.tsx';
import { AccountMenu } from './account-menu.tsx';
import { SignOutDialog } from './sign-out-dialog.tsx';
import { useShownName } from './use-shown-name.ts';

const SettingsDialog = lazy((more) => more.SettingsDialog);

/** Who one is, and what one can do about that. */
export function AccountButton() {
  const { messenger } = useSigned();
  const [open, setOpen] = useState<'settings' | 'sign out'>();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useId();
  const name = useShownName();
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
        <PersonAvatar username={messenger.me} name={name} size={2.25} presence={false} />
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
