import type { Message } from '@parley/client';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { emoji } from '../composer/emoji.ts';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy-text.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { ForwardDialog } from './forward-dialog.tsx';
import { edit, markUnread, permissionsFor, react, reply } from './message-actions.ts';
import { type Menu, menu } from './message-menu-state.ts';
import { setPinned } from './pin.ts';
import { positionPopover } from './position-popover.ts';
import type { Thread } from './thread.ts';
import { usePinned } from './use-pinned.ts';

/** Columns of the emoji palette, as in menu.css. */
const columns = 7;
const quickEmoji = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

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
    popover.querySelector<HTMLButtonElement>('button')?.focus();
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
  const emojiButton = (sign: string, name = nameOf(sign)) => (
    <button
      type="button"
      class="emoji-button"
      key={sign}
      {...(isPalette ? {} : { role: 'menuitem', tabIndex: -1 })}
      aria-label={name}
      title={name}
      onClick={choose(() => react(thread, message, sign))}
    >
      {sign}
    </button>
  );
  return (
    <div class="menu" popover="auto" ref={element}>
      {isPalette ? (
        <div class="menu-palette" role="dialog" aria-label="React" onKeyDown={(event) => moveFocus(event, columns)}>
          {quickEmoji.map((sign) => emojiButton(sign))}
          {emoji.filter(([sign]) => !quickEmoji.includes(sign)).map(([sign, name]) => emojiButton(sign, name))}
        </div>
      ) : (
        <div role="menu" aria-label="Message actions" onKeyDown={(event) => moveFocus(event, 1)}>
          {can.write && (
            // biome-ignore lint/a11y/useSemanticElements: a menu may not contain a fieldset
            <div class="menu-quick" role="group" aria-label="React">
              {quickEmoji.map((sign) => emojiButton(sign))}
              <button
                type="button"
                role="menuitem"
                class="emoji-button"
                tabIndex={-1}
                aria-label="More emoji"
                title="More emoji"
                onClick={() => setPalette(true)}
              >
                <Icon name="plus" />
              </button>
            </div>
          )}
          {can.write && item('reply', 'Reply', () => reply(thread, message))}
          {can.edit && item('edit', 'Edit', () => edit(thread, message))}
          {message.message !== '' && item('copy', 'Copy text', () => copyText(message.message))}
          {!message.deleted && item('forward', 'Forward', () => props.onDialog('forward'))}
          {item('dot', 'Mark unread from here', () => markUnread(thread, message))}
          {can.pin && item('pin', isPinned ? 'Unpin' : 'Pin', () => setPinned(thread, message, !isPinned))}
          {item('trash', 'Delete', () => props.onDialog('delete'))}
        </div>
      )}
    </div>
  );
}

function nameOf(sign: string): string {
  return emoji.find(([one]) => one === sign)?.[1] ?? { '😮': 'surprised' }[sign] ?? sign;
}

/** Moves the focus between buttons with the arrow keys, Home and End. @param columns the step of Up and Down */
function moveFocus(event: KeyboardEvent, columns: number): void {
  const { currentTarget: menu, key } = event;
  if (!(menu instanceof HTMLElement)) return;
  const buttons = [...menu.querySelectorAll('button')];
  const index = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const targets: Readonly<Record<string, number>> = {
    ArrowRight: index + 1,
    ArrowLeft: index - 1,
    ArrowDown: index + columns,
    ArrowUp: index - columns,
    Home: 0,
    End: buttons.length - 1,
  };
  const next = targets[key];
  if (next === undefined) return;
  event.preventDefault();
  buttons[Math.max(0, Math.min(buttons.length - 1, next))]?.focus();
}
