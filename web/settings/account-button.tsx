import { useId, useRef, useState } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { PersonAvatar } from '../people/person-avatar.tsx';
import { useMessenger } from '../state/session-context.ts';
import { isRightToLeft, t } from '../words/words.ts';
import { useDisplayName } from './use-display-name.ts';

const AccountMenu = lazy((chunk) => chunk.AccountMenu);
const SettingsDialog = lazy((chunk) => chunk.SettingsDialog);
const SignOutDialog = lazy((chunk) => chunk.SignOutDialog);

/** The user's picture, which opens the account menu. */
export function AccountButton() {
  const { me } = useMessenger();
  const [open, setOpen] = useState<'settings' | { leave?(): void }>();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [wasOpened, setOpened] = useState(false);
  const id = useId();
  const name = useDisplayName();
  const close = () => setOpen(undefined);
  const place = () => {
    setOpened(true);
    const { bottom, left, right } = button.current?.getBoundingClientRect() ?? { bottom: 0, left: 0, right: 0 };
    menu.current?.style.setProperty('--below', `${bottom}px`);
    menu.current?.style.setProperty('--end', `${isRightToLeft() ? innerWidth - left : right}px`);
  };
  return (
    <>
      <button
        type="button"
        class="icon-button account-button"
        aria-label={t('Account of {name}', { name })}
        popovertarget={id}
        ref={button}
      >
        <PersonAvatar username={me} name={name} size={2.25} presence={false} />
      </button>
      {/* Below its button. The browser closes it on Escape and on a click outside, and gives the focus back. */}
      <div id={id} class="account-menu" popover="auto" ref={menu} onBeforeToggle={place}>
        {wasOpened && (
          <AccountMenu
            onSettings={() => setOpen('settings')}
            onSignOut={() => setOpen({})}
            onLeave={(leave) => setOpen({ leave })}
            onClose={() => menu.current?.hidePopover()}
          />
        )}
      </div>
      {open === 'settings' && <SettingsDialog onClose={close} />}
      {typeof open === 'object' && <SignOutDialog leave={open.leave} onClose={close} />}
    </>
  );
}
