import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { useSigned } from '../chat/use-messenger.ts';
import { go } from '../route.ts';
import { useDemo } from '../session/use-demo.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Icon } from '../ui/icon.tsx';
import { useShownName } from './use-shown-name.ts';

/** Below the button: the browser closes it on Escape and on a click elsewhere, and gives the focus back. */
export function AccountMenu(props: {
  readonly id: string;
  readonly button: RefObject<HTMLButtonElement | null>;
  onSettings(): void;
  onSignOut(): void;
}) {
  const { session, messenger } = useSigned();
  const menu = useRef<HTMLDivElement>(null);
  const name = useShownName();
  const demo = useDemo();
  const others = session.accounts.value.filter(
    ({ username, refresh }) => username !== messenger.me && refresh !== undefined,
  );
  const choose = (act: () => void) => () => {
    menu.current?.hidePopover();
    act();
  };
  const place = () => {
    const { bottom, right } = props.button.current?.getBoundingClientRect() ?? { bottom: 0, right: 0 };
    menu.current?.style.setProperty('--below', `${bottom}px`);
    menu.current?.style.setProperty('--right', `${right}px`);
  };
  return (
    <div id={props.id} class="account-menu" popover="auto" ref={menu} onBeforeToggle={place}>
      <p class="account-who">
        <strong>{name}</strong>
        {name !== messenger.me && <span class="quiet">{messenger.me}</span>}
      </p>
      <ul>
        <li>
          <button type="button" onClick={choose(props.onSettings)}>
            <Icon name="settings" /> Settings
          </button>
        </li>
        {others.map((one) => (
          <li key={one.username}>
            <button
              type="button"
              onClick={choose(() => {
                go({ at: 'inbox' });
                session.use(one.username);
              })}
            >
              <Avatar name={one.name} size={1.25} /> Switch to {one.name}
            </button>
          </li>
        ))}
        {demo
          .filter(({ username }) => username !== messenger.me)
          .map(({ username }) => (
            <li key={username}>
              <a
                href={`/?user=${encodeURIComponent(username)}`}
                target="_blank"
                rel="noopener noreferrer"
                onClick={choose(() => {})}
              >
                <Icon name="window" /> Open another tab as {username}
              </a>
            </li>
          ))}
        <li>
          <button type="button" onClick={choose(session.leave)}>
            <Icon name="plus" /> Add an account
          </button>
        </li>
        <li>
          <button type="button" onClick={choose(props.onSignOut)}>
            <Icon name="out" /> Sign out
          </button>
        </li>
      </ul>
    </div>
  );
}
