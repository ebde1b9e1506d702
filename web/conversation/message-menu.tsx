import type { Message } from '@parley/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { EmojiPalette, usualEmoji } from '../emoji/emoji-palette.tsx';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy-text.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { useMenu } from '../ui/use-menu.ts';
import { isRightToLeft, t } from '../words/words.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { ForwardDialog } from './forward-dialog.tsx';
import { copyLink, markUnread } from './menu-actions.ts';
import { edit, permissionsFor, react, reply } from './message-actions.ts';
import { setPinned } from './pin.ts';
import { othersOf, ReadersDialog } from './readers-dialog.tsx';
import { isSelectable, select } from './selection.ts';
import type { Thread } from './thread.ts';
import { usePinned } from './use-pinned.ts';
import { WhoReacted } from './who-reacted.tsx';

/** The whole menu, only the emoji to react with, or a dialog that the menu has opened. */
export type MenuKind = 'all' | 'emoji' | 'delete' | 'forward' | 'readers';

/** The open menu of a message. */
export interface Menu {
  readonly message: Message;
  readonly kind: MenuKind;
  /** The menu opens beside this element. */
  readonly anchor: Element;
  onClosed(): void;
}

interface MenuProps {
  readonly thread: Thread;
  readonly menu: Menu;
  onMenu(menu: Menu): void;
  onClose(): void;
}

/** The menu of a message, or the dialog that it has opened. They go when the message goes. */
export function MessageMenu(props: MenuProps) {
  const { thread, menu, onClose } = props;
  // As it is now: others may edit or delete it meanwhile.
  const message = thread.messages.value.find(({ seq }) => seq === menu.message.seq);
  const isGone = !message || (message.deleted && menu.kind === 'forward');
  useEffect(() => {
    if (isGone) onClose();
  }, [isGone]);
  if (isGone) return null;
  if (menu.kind === 'delete') return <DeleteDialog thread={thread} messages={[message]} onClose={onClose} />;
  if (menu.kind === 'forward') return <ForwardDialog messages={[message]} onClose={onClose} />;
  if (menu.kind === 'readers') return <ReadersDialog thread={thread} message={message} onClose={onClose} />;
  return <OpenMenu {...props} menu={{ ...menu, message }} />;
}

function OpenMenu({ thread, menu, onMenu, onClose }: MenuProps) {
  const { message, anchor } = menu;
  const element = useRef<HTMLDivElement>(null);
  const [isPalette, setPalette] = useState(menu.kind === 'emoji');
  const can = permissionsFor(thread, message);
  const isPinned = usePinned(thread).list?.some((pinned) => pinned.message.seq === message.seq) ?? false;
  const close = useMenu(element, anchor, isPalette, onClose);
  // The message was deleted, or the user removed, while they looked for an emoji.
  const isVain = isPalette && !can.write;
  useEffect(() => {
    if (isVain) close();
  }, [isVain]);
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
    <div class="menu" popover="manual" ref={element}>
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
        <>
          <WhoReacted thread={thread} message={message} />
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
            {item('link', t('Copy link'), () => copyLink(thread, message))}
            {!message.deleted && item('forward', t('Forward'), () => onMenu({ ...menu, kind: 'forward' }))}
            {isSelectable(message) && item('select', t('Select'), () => select(thread, message.seq))}
            {othersOf(thread, message).length > 0 &&
              item('checks', t('Who has read it'), () => onMenu({ ...menu, kind: 'readers' }))}
            {item('unread', t('Mark unread from here'), () => markUnread(thread, message))}
            {can.pin && item('pin', isPinned ? t('Unpin') : t('Pin'), () => setPinned(thread, message, !isPinned))}
            {item('trash', t('Delete'), () => onMenu({ ...menu, kind: 'delete' }))}
          </div>
        </>
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
