import type { ConversationView } from '@parley/client';
import {
  always,
  createSettings,
  isArchived,
  isMuted,
  markedFrom,
  noSettings,
  type SettingsChange,
} from '@parley/client/settings';
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { route } from '../route.ts';
import { titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { focusWithArrows } from '../ui/arrow-keys.ts';
import { Button } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { showError, showToast } from '../ui/toast.tsx';
import { useMenu } from '../ui/use-menu.ts';
import { t } from '../words/words.ts';
import { muteEndText } from './mute-end-text.ts';
import type { RowMenu } from './use-row-menu.ts';

const hourMs = 3_600_000;
const mutes: readonly (readonly [label: () => string, ms: number])[] = [
  [() => t('For an hour'), hourMs],
  [() => t('For {n} hours', { n: 8 }), 8 * hourMs],
  [() => t('For a week'), 7 * 24 * hourMs],
  [() => t('Until I unmute it'), Number.POSITIVE_INFINITY],
];
const levels = [
  ['all', 'All messages'],
  ['mentions', 'Only mentions of me'],
  ['none', 'Nothing'],
] as const;

/** The menu of a conversation in the list: what the user has set for themselves. It closes when the conversation goes, or another is opened. */
export function ConversationMenu({ menu }: { readonly menu: Signal<RowMenu | undefined> }) {
  const { conversations } = useMessenger();
  const open = menu.value;
  const view = conversations.value.find(({ id }) => id === open?.id);
  const close = () => {
    menu.value = undefined;
  };
  const isGone = open && !view;
  const shown = route.value;
  const first = useRef(shown);
  useEffect(() => {
    if (isGone || shown !== first.current) close();
    first.current = shown;
  }, [isGone, shown]);
  return open && view ? <OpenMenu key={open.id} {...open} view={view} onClose={close} /> : null;
}

type Part = 'main' | 'mute' | 'notify';

function OpenMenu({ view, anchor, onClose }: RowMenu & { readonly view: ConversationView; onClose(): void }) {
  const { chat, me, now } = useMessenger();
  const element = useRef<HTMLDivElement>(null);
  const [part, setPart] = useState<Part>('main');
  const close = useMenu(element, anchor, part, onClose);

  const { settings = noSettings, unread_count, last_message } = view;
  const muted = isMuted(view, now.value);
  const archived = isArchived(view, now.value);
  const owned = createSettings(chat);
  /** Closes the menu and does it. A failure comes as a toast, because the menu is gone. */
  const choose = (act: () => Promise<unknown>, done?: string, undo?: () => void) => () => {
    close();
    const attempt = (): Promise<unknown> =>
      act().then(
        () => done && showToast(done, undo && { label: t('Undo'), run: undo }),
        (error: Error) => showError(error, { label: t('Try again'), run: attempt }),
      );
    void attempt();
  };
  const change = (changed: SettingsChange, done?: string, undo?: SettingsChange) =>
    choose(() => owned.change(view.id, changed), done, undo && choose(() => owned.change(view.id, undo)));
  const item = (icon: IconName, label: string, act: () => void, more: { readonly opens?: boolean } = {}) => (
    <Button look="list-button" role="menuitem" tabIndex={-1} aria-haspopup={more.opens && 'menu'} onClick={act}>
      <Icon name={icon} /> {label}
    </Button>
  );
  const choice = (label: string, chosen: boolean, act: () => void) => (
    <Button look="list-button" role="menuitemradio" aria-checked={chosen} tabIndex={-1} onClick={act}>
      <Icon name={chosen ? 'check' : 'none'} /> {label}
    </Button>
  );
  const parts: Readonly<Record<Part, ComponentChildren>> = {
    main: (
      <>
        {item('pin', settings.pinned ? t('Unpin') : t('Pin'), change({ pinned: !settings.pinned }))}
        {muted
          ? item(
              'bell',
              t('Unmute'),
              change({ muted_until: null, ...(settings.notify === 'none' && { notify: 'all' }) }),
            )
          : item('bell-off', t('Mute…'), () => setPart('mute'), { opens: true })}
        {item('settings', t('Notify me about…'), () => setPart('notify'), { opens: true })}
        {unread_count > 0 || markedFrom(view) !== undefined
          ? item(
              'checks',
              t('Mark as read'),
              choose(() => owned.markRead(view.id)),
            )
          : last_message && item('unread', t('Mark as unread'), change({ unread_from: last_message.seq }))}
        {archived
          ? item('archive', t('Move out of the archive'), change({ archived: false }))
          : item('archive', t('Move to the archive'), change({ archived: true }, t('Archived.'), { archived: false }))}
      </>
    ),
    mute: mutes.map(([label, ms]) => {
      const until = ms === Number.POSITIVE_INFINITY ? always : new Date(Date.now() + ms).toISOString();
      return item(
        'bell-off',
        label(),
        change({ muted_until: until }, `${muteEndText(until, Date.now())} ${t('Mentions still notify.')}`),
      );
    }),
    notify: levels.map(([level, label]) => choice(t(label), settings.notify === level, change({ notify: level }))),
  };
  const name = titleOf(view, me);
  const labels: Readonly<Record<Part, string>> = {
    main: t('Actions for {name}', { name }),
    mute: t('Mute {name}', { name }),
    notify: t('Notify me about, in {name}', { name }),
  };
  return (
    <div class="menu" popover="manual" ref={element}>
      <div role="menu" aria-label={labels[part]} onKeyDown={focusWithArrows}>
        {parts[part]}
      </div>
      {part === 'main' && settings.muted_until !== null && muted && (
        <p class="menu-note">{muteEndText(settings.muted_until, now.value)}</p>
      )}
    </div>
  );
}
