import type { Message } from '@parley/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { emoji } from '../composer/emoji.ts';
import { Button } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { useMenu } from '../ui/use-menu.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { ForwardDialog } from './forward-dialog.tsx';
import { copy, edit, markUnread, permissionsFor, react, reply } from './message-actions.ts';
import { setPinned } from './pin.ts';
import type { Thread } from './thread.ts';
import { usePinned } from './use-pinned.ts';

/** Columns of the emoji palette, as in menu.css. */
const columns = 7;
const quickEmoji = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

/** The whole menu, or only the emoji to react with. */
export type MenuKind = 'all' | 'emoji';

/** The open menu of a message. */
export interface Menu {
  readonly message: Message;
  readonly kind: MenuKind;
  /** The menu opens beside this element. */
  readonly anchor: Element;
  onClosed(): void;
}

type DialogKind = 'delete' | 'forward';

/** The menu of a message, and the dialogs that it opens. They go when the message goes. */
export function MessageMenu(props: { readonly thread: Thread; readonly menu: Menu | undefined; onClose(): void }) {
  const { thread, menu, onClose } = props;
  const [dialog, setDialog] = useState<{ readonly seq: number; readonly kind: DialogKind }>();
  // As it is now: others may edit or delete it meanwhile.
  const seq = menu?.message.seq ?? dialog?.seq;
  const message = thread.messages.value.find((one) => one.seq === seq);
  const close = () => setDialog(undefined);
  const isGone = seq !== undefined && !message;
  useEffect(() => {
    if (!isGone) return;
    close();
    onClose();
  }, [isGone]);
  if (!message) return null;
  const parts = { thread, message, onClose: close };
  return (
    <>
      {menu && (
        <OpenMenu
          key={seq}
          {...menu}
          thread={thread}
          message={message}
          onClose={onClose}
          onDialog={(kind) => setDialog({ seq: message.seq, kind })}
        />
      )}
      {dialog?.kind === 'delete' && <DeleteDialog {...parts} />}
      {dialog?.kind === 'forward' && !message.deleted && <ForwardDialog {...parts} />}
    </>
  );
}

function OpenMenu(props: Menu & { readonly thread: Thread; onClose(): void; onDialog(kind: DialogKind): void }) {
  const { thread, message, anchor } = props;
  const element = useRef<HTMLDivElement>(null);
  const [isPalette, setPalette] = useState(props.kind === 'emoji');
  const can = permissionsFor(thread, message);
  const isPinned = usePinned(thread).list?.some((pinned) => pinned.message.seq === message.seq) ?? false;
  const close = useMenu(element, anchor, isPalette, () => {
    props.onClose();
    props.onClosed();
  });
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
    <div class="menu" popover="manual" ref={element}>
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
          {message.message !== '' && item('copy', 'Copy text', () => copy(message))}
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
