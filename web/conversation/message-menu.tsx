import type { Message } from '@parley/client';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { EmojiPalette, usualEmoji } from '../emoji/emoji-palette.tsx';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy-text.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { isRightToLeft, t } from '../words/words.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { ForwardDialog } from './forward-dialog.tsx';
import { edit, markUnread, permissionsFor, react, reply } from './message-actions.ts';
import { type Menu, menu } from './message-menu-state.ts';
import { setPinned } from './pin.ts';
import { positionPopover } from './position-popover.ts';
import type { Thread } from './thread.ts';
import { usePinned } from './use-pinned.ts';

type DialogKind = 'delete' | 'forward';

/** The menu of a message, and the dialogs that it opens. */
export function MessageMenu() {
  const [dialog, setDialog] = useState<{ thread: Thread; message: Message; kind: DialogKind }>();
  const open = menu.value;
  const close = () => setDialog(undefined);
  return (
    <>
      {open && (
        <OpenMenu
          key={open.message.seq}
          {...open}
          onDialog={(kind) => setDialog({ thread: open.thread, message: open.message, kind })}
        />
      )}
      {dialog?.kind === 'delete' && <DeleteDialog {...dialog} onClose={close} />}
      {dialog?.kind === 'forward' && <ForwardDialog {...dialog} onClose={close} />}
    </>
  );
}

function OpenMenu(props: Menu & { onDialog(kind: DialogKind): void }) {
  const { thread, message, anchor, onClosed } = props;
  const element = useRef<HTMLDivElement>(null);
  const [isPalette, setPalette] = useState(props.kind === 'emoji');
  const can = permissionsFor(thread, message);
  const isPinned = usePinned(thread).list?.some((pinned) => pinned.message.seq === message.seq) ?? false;

  useLayoutEffect(() => {
    const popover = element.current;
    if (!popover) return;
    if (!popover.matches(':popover-open')) popover.showPopover();
    positionPopover(popover, anchor);
    popover.querySelector<HTMLElement>(isPalette ? '.emoji-grid button' : 'button')?.focus();
  }, [anchor, isPalette]);
  useEffect(() => {
    const popover = element.current;
    const onToggle = (event: Event) => {
      if (!(event instanceof ToggleEvent) || event.newState !== 'closed') return;
      menu.value = undefined;
      onClosed();
    };
    popover?.addEventListener('toggle', onToggle);
    return () => popover?.removeEventListener('toggle', onToggle);
  }, [onClosed]);

  const close = () => element.current?.hidePopover();
  const choose = (act: () => void) => () => {
    close();
    act();
  };
  const item = (icon: IconName, label: string, act: () => void) => (
    <Button look="list-button" role="menuitem" tabIndex={-1} onClick={choose(act)}>
      <Icon name={icon} /> {label}
    </Button>
  );
  return (
    <div class="menu" popover="auto" ref={element}>
      {isPalette ? (
        <EmojiPalette
          label={t('React')}
          onChoose={(sign) => {
            close();
            react(thread, message, sign);
          }}
          onClose={close}
        />
      ) : (
        <div role="menu" aria-label={t('Message actions')} onKeyDown={moveFocus}>
          {can.write && (
            // biome-ignore lint/a11y/useSemanticElements: a menu may not contain a fieldset
            <div class="menu-quick" role="group" aria-label={t('React')}>
              {usualEmoji.map((sign) => (
                <button
                  type="button"
                  role="menuitem"
                  class="emoji-button"
                  key={sign}
                  tabIndex={-1}
                  onClick={choose(() => react(thread, message, sign))}
                >
                  {sign}
                </button>
              ))}
              <button
                type="button"
                role="menuitem"
                class="emoji-button"
                tabIndex={-1}
                aria-label={t('More emoji')}
                title={t('More emoji')}
                onClick={() => setPalette(true)}
              >
                <Icon name="plus" />
              </button>
            </div>
          )}
          {can.write && item('reply', t('Reply'), () => reply(thread, message))}
          {can.edit && item('edit', t('Edit'), () => edit(thread, message))}
          {message.message !== '' && item('copy', t('Copy text'), () => copyText(message.message))}
          {!message.deleted && item('forward', t('Forward'), () => props.onDialog('forward'))}
          {item('dot', t('Mark unread from here'), () => markUnread(thread, message))}
          {can.pin && item('pin', isPinned ? t('Unpin') : t('Pin'), () => setPinned(thread, message, !isPinned))}
          {item('trash', t('Delete'), () => props.onDialog('delete'))}
        </div>
      )}
    </div>
  );
}

/** Moves the focus between buttons with the arrow keys, Home and End. */
function moveFocus(event: KeyboardEvent): void {
  const { currentTarget: menu, key } = event;
  if (!(menu instanceof HTMLElement)) return;
  const buttons = [...menu.querySelectorAll('button')];
  const index = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const along = isRightToLeft() ? -1 : 1;
  const targets: Readonly<Record<string, number>> = {
    ArrowRight: index + along,
    ArrowLeft: index - along,
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    Home: 0,
    End: buttons.length - 1,
  };
  const next = targets[key];
  if (next === undefined) return;
  event.preventDefault();
  buttons[Math.max(0, Math.min(buttons.length - 1, next))]?.focus();
}
