import type { Message } from '@parley/client';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { emoji } from '../composer/emoji.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { ForwardDialog } from './forward-dialog.tsx';
import { allowedWith, answer, copy, edit } from './message-actions.ts';
import { type Menu, menu } from './message-menu-state.ts';
import { react } from './message-reactions.tsx';
import { placeBeside } from './place-beside.ts';
import type { Thread } from './thread.ts';

/** Of the palette. */
const columns = 7;
const quick = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

/** The menu of a message, and the dialogs that it leads to. */
export function MessageMenu() {
  const [asks, setAsks] = useState<{ thread: Thread; message: Message; what: 'delete' | 'forward' }>();
  const open = menu.value;
  const done = () => setAsks(undefined);
  return (
    <>
      {open && (
        <OpenMenu
          key={open.message.seq}
          {...open}
          onAsk={(what) => setAsks({ thread: open.thread, message: open.message, what })}
        />
      )}
      {asks?.what === 'delete' && <DeleteDialog thread={asks.thread} message={asks.message} onClose={done} />}
      {asks?.what === 'forward' && <ForwardDialog thread={asks.thread} message={asks.message} onClose={done} />}
    </>
  );
}

function OpenMenu(props: Menu & { onAsk(what: 'delete' | 'forward'): void }) {
  const { thread, message, by, onClosed } = props;
  const element = useRef<HTMLDivElement>(null);
  const [palette, setPalette] = useState(props.kind === 'emoji');
  const may = allowedWith(thread, message);

  useLayoutEffect(() => {
    const popover = element.current;
    if (!popover) return;
    if (!popover.matches(':popover-open')) popover.showPopover();
    placeBeside(popover, by);
    popover.querySelector<HTMLButtonElement>('button')?.focus();
  }, [by, palette]);
  useEffect(() => {
    const popover = element.current;
    const closed = (event: Event) => {
      if (!(event instanceof ToggleEvent) || event.newState !== 'closed') return;
      menu.value = undefined;
      onClosed();
    };
    popover?.addEventListener('toggle', closed);
    return () => popover?.removeEventListener('toggle', closed);
  }, [onClosed]);

  const close = () => element.current?.hidePopover();
  const choose = (act: () => void) => () => {
    close();
    act();
  };
  const item = (icon: IconName, label: string, act: () => void) => (
    <button type="button" role="menuitem" class="menu-item" tabIndex={-1} onClick={choose(act)}>
      <Icon name={icon} /> {label}
    </button>
  );
  const emojiButton = (sign: string, name: string) => (
    <button
      type="button"
      class="menu-emoji"
      key={sign}
      {...(palette ? {} : { role: 'menuitem', tabIndex: -1 })}
      aria-label={name}
      title={name}
      onClick={choose(() => react(thread, message, sign))}
    >
      {sign}
    </button>
  );
  return (
    <div class="menu" popover="auto" ref={element}>
      {palette ? (
        <div class="menu-palette" role="dialog" aria-label="React" onKeyDown={(event) => moveFocus(event, columns)}>
          {quick.map((sign) => emojiButton(sign, nameOf(sign)))}
          {emoji.filter(([sign]) => !quick.includes(sign)).map(([sign, name]) => emojiButton(sign, name))}
        </div>
      ) : (
        <div role="menu" aria-label="Message actions" onKeyDown={(event) => moveFocus(event, 1)}>
          {may.write && (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a menu
            <div class="menu-quick" role="group" aria-label="React">
              {quick.map((sign) => emojiButton(sign, nameOf(sign)))}
              <button
                type="button"
                role="menuitem"
                class="menu-emoji"
                tabIndex={-1}
                aria-label="More emoji"
                title="More emoji"
                onClick={() => setPalette(true)}
              >
                <Icon name="plus" />
              </button>
            </div>
          )}
          {may.write && item('reply', 'Reply', () => answer(thread, message))}
          {may.edit && item('edit', 'Edit', () => edit(thread, message))}
          {message.message !== '' && item('copy', 'Copy text', () => copy(message))}
          {!message.deleted && item('forward', 'Forward', () => props.onAsk('forward'))}
          {item('trash', 'Delete', () => props.onAsk('delete'))}
        </div>
      )}
    </div>
  );
}

function nameOf(sign: string): string {
  return emoji.find(([one]) => one === sign)?.[1] ?? { '😮': 'surprised' }[sign] ?? sign;
}

/** Arrows go from one to the next, Home and End to the first and last. @param columns how far up and down lead */
function moveFocus(event: KeyboardEvent, columns: number): void {
  const { currentTarget: menu, key } = event;
  if (!(menu instanceof HTMLElement)) return;
  const buttons = [...menu.querySelectorAll('button')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const to: Readonly<Record<string, number>> = {
    ...{ ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + columns, ArrowUp: at - columns },
    ...{ Home: 0, End: buttons.length - 1 },
  };
  const next = to[key];
  if (next === undefined) return;
  event.preventDefault();
  buttons[Math.max(0, Math.min(buttons.length - 1, next))]?.focus();
}
