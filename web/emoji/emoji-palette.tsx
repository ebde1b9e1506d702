import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { type Label, locale, t } from '../words/words.ts';
import { readHabits, saveHabits, withRecent } from './emoji-habits.ts';
import { type Emoji, type EmojiGroup, searchEmoji } from './load-emoji.ts';
import { moveInGrid } from './move-in-grid.ts';
import { skinTones, withTone } from './skin-tone.ts';
import { useEmoji } from './use-emoji.ts';

/** Before anything was used. */
export const usualEmoji = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
const hand = '✋';

/** The signs on the buttons of the groups, and their names. */
const groupSigns: Readonly<Record<string, readonly [sign: string, name: Label]>> = {
  recent: ['🕘', 'Recently used'],
  smileys_emotion: ['😀', 'Smileys'],
  people_body: ['👋', 'People and hands'],
  animals_nature: ['🐻', 'Animals and nature'],
  food_drink: ['🍎', 'Food and drink'],
  travel_places: ['✈️', 'Travel and places'],
  activities: ['⚽', 'Activities'],
  objects: ['💡', 'Objects'],
  symbols: ['🔣', 'Symbols'],
  flags: ['🏁', 'Flags'],
};

/** All emoji to choose from: by search, by group, in one's skin tone. Arrows move the focus; a letter begins a search; Escape closes it. */
export function EmojiPalette(props: { readonly label: string; onChoose(emoji: string): void; onClose(): void }) {
  const { me } = useMessenger();
  const [habits, setHabits] = useState(() => readHabits(me));
  const [query, setQuery] = useState('');
  const [group, setGroup] = useState('recent');
  const all = useEmoji(locale());
  const grid = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  // What was used lately is there at once, so that no key is lost while the others are loaded.
  const groups = withRecents(Array.isArray(all) ? all : [], habits.recent);

  // In a layout effect: in a later one, choosing an emoji may already have moved the focus elsewhere.
  useLayoutEffect(() => grid.current?.querySelector('button')?.focus(), []);

  const isSearch = query.trim() !== '';
  const sections = isSearch ? [{ group: '', emoji: searchEmoji(groups.slice(1), query) }] : from(groups, group);

  function choose(emoji: string): void {
    saveHabits(me, withRecent(habits, emoji));
    props.onChoose(emoji);
  }

  function setTone(tone: string): void {
    setHabits({ ...habits, tone });
    saveHabits(me, { ...habits, tone });
  }

  function onKey(event: KeyboardEvent): void {
    const { key, target } = event;
    const isInSearch = target === search.current;
    if (key === 'Escape') {
      event.stopPropagation();
      event.preventDefault();
      if (query === '') props.onClose();
      else setQuery('');
    } else if (isInSearch && key === 'Enter') {
      // Not the form of the composer.
      event.preventDefault();
      grid.current?.querySelector('button')?.click();
    } else if (isInSearch && key === 'ArrowDown') {
      event.preventDefault();
      grid.current?.querySelector('button')?.focus();
    } else if (grid.current?.contains(document.activeElement)) {
      const isLetter = [...key].length === 1 && key !== ' ' && !event.ctrlKey && !event.metaKey;
      if (isLetter || !moveInGrid(event, grid.current)) search.current?.focus();
    }
  }

  return (
    <div class="emoji-palette" role="dialog" aria-label={props.label} tabIndex={-1} onKeyDown={onKey}>
      <div class="emoji-head">
        <input
          type="search"
          class="field"
          aria-label={t('Search emoji')}
          placeholder={t('Search emoji')}
          dir="auto"
          ref={search}
          value={query}
          onInput={({ currentTarget }) => setQuery(currentTarget.value)}
        />
        <select
          class="emoji-tone"
          aria-label={t('Skin tone')}
          value={habits.tone}
          onChange={({ currentTarget }) => setTone(currentTarget.value)}
        >
          {skinTones.map((tone) => (
            <option key={tone} value={tone}>
              {withTone(hand, tone)}
            </option>
          ))}
        </select>
      </div>
      <div class="emoji-groups" role="toolbar" aria-label={t('Emoji groups')}>
        {groups.map((one) => {
          const name = nameOf(one.group);
          return (
            <button
              type="button"
              key={one.group}
              aria-label={name}
              title={name}
              aria-pressed={!isSearch && one.group === group}
              onClick={() => {
                setQuery('');
                setGroup(one.group);
                grid.current?.scrollTo(0, 0);
              }}
            >
              {groupSigns[one.group]?.[0]}
            </button>
          );
        })}
      </div>
      <div class="emoji-grid" ref={grid}>
        {sections.map((section) => (
          <section key={section.group} aria-label={nameOf(section.group)}>
            {!isSearch && <h3>{nameOf(section.group)}</h3>}
            {section.emoji.map((one) => {
              const emoji = one.isToned ? withTone(one.emoji, habits.tone) : one.emoji;
              return (
                <button
                  type="button"
                  class="emoji-button"
                  key={one.emoji}
                  aria-label={one.name}
                  title={one.name}
                  onClick={() => choose(emoji)}
                >
                  {emoji}
                </button>
              );
            })}
          </section>
        ))}
        <p role="status" class="quiet">
          {all instanceof Error
            ? t('The emoji could not be loaded. Open them again when you are connected.')
            : all && isSearch && sections[0]?.emoji.length === 0 && t('No emoji has this name.')}
        </p>
      </div>
    </div>
  );
}

function nameOf(group: string): string | undefined {
  const name = groupSigns[group]?.[1];
  return name && t(name);
}

/** What is shown of a group. What was used lately is little, so the next group follows. */
function from(groups: readonly EmojiGroup[], group: string): readonly EmojiGroup[] {
  const index = groups.findIndex((one) => one.group === group);
  return groups.slice(index, index === 0 ? 2 : index + 1);
}

/** With a group of what was used lately in front, which has the usual ones until then. */
function withRecents(groups: readonly EmojiGroup[], recent: readonly string[]): readonly EmojiGroup[] {
  const byEmoji = new Map(groups.flatMap(({ emoji }) => emoji.map((one) => [one.emoji, one] as const)));
  const emoji = [...new Set([...recent, ...usualEmoji])].map((one): Emoji => {
    const known = byEmoji.get(one) ?? byEmoji.get(withoutTone(one, byEmoji));
    return { name: known?.name ?? one, words: [], emoji: one, isToned: false };
  });
  return [{ group: 'recent', emoji }, ...groups];
}

/** Some emoji without a tone end with a sign that those with a tone have not. */
function withoutTone(emoji: string, known: ReadonlyMap<string, unknown>): string {
  const bare = emoji.replace(/\p{Emoji_Modifier}/gu, '');
  return known.has(bare) ? bare : bare.replace(/^(\P{M})/u, '$1\ufe0f');
}
