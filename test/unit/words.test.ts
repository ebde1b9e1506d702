import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { afterAll, describe, expect, it } from 'vitest';
import { systemText } from '#lambdas/delivery/system-text';
import { errorCodes } from '#protocol/errors';
import { ConversationChange, Role } from '#protocol/message';
import { refusalSentence } from '#web/ui/error-sentence';
import { ar } from '#web/words/ar';
import { de } from '#web/words/de';
import { sentences } from '#web/words/en';
import { es } from '#web/words/es';
import { systemLine } from '#web/words/system-lines';
import { list, plural, speak, t } from '#web/words/words';

const web = join(import.meta.dirname, '../../web');
const sources = readdirSync(web, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !/^words.(en|de|es|ar)\.ts/.test(path))
  .map((path) => ({ path, text: readFileSync(join(web, path), 'utf8') }));

const categories = (language: string) => new Intl.PluralRules(language).resolvedOptions().pluralCategories.length;
const placesOf = (text: string) => new Set(text.match(/\{\w+\}/g));

afterAll(() => speak('en'));

it('every sentence of the catalogue is said somewhere', () => {
  const said = sources.map(({ text }) => text).join('\n');
  expect(sentences.filter((sentence) => !said.includes(sentence))).toEqual([]);
  expect(new Set(sentences).size).toBe(sentences.length);
});

describe.each(Object.entries({ de, es, ar }))('the catalogue %s', (language, catalogue) => {
  it('has every sentence, and no other', () => {
    expect(Object.keys(catalogue).sort()).toEqual([...sentences].sort());
    expect(Object.values(catalogue).filter((text) => text.trim() === '')).toEqual([]);
  });

  it('has a form for each plural category of its language', () => {
    const wrong = Object.entries(catalogue).filter(
      ([sentence, text]) => text.split('|').length !== (sentence.includes('|') ? categories(language) : 1),
    );
    expect(wrong).toEqual([]);
  });

  it('has the places of the sentences, and none that gets no value', () => {
    const wrong = Object.entries(catalogue).filter(([sentence, text]) => {
      const places = placesOf(sentence);
      const unknown = [...placesOf(text)].some((place) => !places.has(place));
      const isCounted = sentence.includes('|');
      return unknown || (!isCounted && placesOf(text).size !== places.size);
    });
    expect(wrong).toEqual([]);
  });
});

it('counts by the rules of the language, and writes numbers as it does', () => {
  const members = (n: number) => plural('{n} member|{n} members', n);
  speak('en-GB');
  expect([1, 2, 5_000].map(members)).toEqual(['1 member', '2 members', '5,000 members']);
  speak('de-AT', { catalogue: de });
  expect([1, 2].map(members)).toEqual(['1 Mitglied', '2 Mitglieder']);
  speak('ar', { catalogue: ar });
  expect([1, 2, 3].map(members)).toEqual(['عضو واحد', 'عضوان', `${(3).toLocaleString('ar')} أعضاء`]);
});

it('keeps names together in a sentence that is written from right to left', () => {
  speak('ar', { catalogue: ar });
  expect(t('Leave {name}?', { name: 'Bob' })).toBe('هل تريد مغادرة \u2068Bob\u2069؟');
  speak('de', { catalogue: de });
  expect(t('Leave {name}?', { name: 'Bob' })).toBe('Bob verlassen?');
  expect(list(['Anna', 'Bob', 'Carla'])).toBe('Anna, Bob und Carla');
});

it('translates every line that the server writes about a conversation', () => {
  speak('ar', { catalogue: ar });
  const people = new Map([
    ['bob', 'بدر'],
    ['carol', 'كارم'],
  ]);
  const changes: readonly ConversationChange[] = ConversationChange.shape.kind.options.flatMap((kind) => {
    const change = { kind, by: 'bob', who: 'carol', title: 'رحلة' };
    const roles = Role.options.map((role) => ({ ...change, role }));
    const other = [change, { ...change, description: 'وصف' }, { ...change, taken_away: true as const }];
    return kind === 'role' ? [...roles, { ...change, role: 'owner' as const, who: 'bob' }] : other;
  });
  const lines = changes.flatMap((change) =>
    [true, false].map((isRoom) => systemLine(systemText(change, people, { isRoom }), 'بدر')),
  );
  expect(lines.filter((line) => /[a-z]/i.test(line))).toEqual([]);
  expect(systemLine('بدر did something new', 'بدر')).toBe('بدر did something new');
});

describe('what the server refuses', () => {
  it('is said in a sentence of the page, whatever the reason', () => {
    speak('en');
    const said = errorCodes.map((code) => refusalSentence(code, 'unable to use room:lobby; PUT /rooms/lobby first', 2));
    expect(said.filter((sentence) => !/^[A-Z].*[.]$/s.test(sentence) || /lobby|PUT/.test(sentence))).toEqual([]);
  });

  it.each([
    [
      'forbidden',
      'you have blocked bob: unblock them first, with DELETE /me/blocks/bob',
      /You have blocked this person/,
    ],
    ['forbidden', 'the other person in alice_bob accepts no messages from you', /does not want messages/],
    ['forbidden', 'you are not a member of room:lobby any more', /You are not in this conversation any more/],
    ['conflict', 'you have pinned 5 conversations, which is the most: unpin another one first', /Unpin another/],
    ['conflict', 'the name looks like one that somebody has: choose another', /Somebody else has this name/],
    ['internal', 'unable to reach the server; try again', /cannot be reached/],
  ] as const)('is said more exactly: %s, %s', (code, why, sentence) => {
    speak('en');
    expect(refusalSentence(code, why)).toMatch(sentence);
  });
});

/** Names are the same in all languages. */
const names = new Set(['Parley', 'lobby']);
const readAloud = new Set(['aria-label', 'title', 'placeholder', 'label', 'alt', 'action']);
const isWords = (text: unknown) => typeof text === 'string' && /\p{L}/u.test(text) && !names.has(text.trim());

interface Node {
  readonly type?: string;
  readonly [key: string]: unknown;
}

/** Words in a component that do not come from the catalogue: text, labels, and what is chosen by a condition in their place. */
function strayWords(node: Node, isShown = false): string[] {
  if (node.type === 'JSXText' || (node.type === 'Literal' && isShown))
    return isWords(node.value) ? [String(node.value)] : [];
  if (node.type === 'TemplateElement' && isShown) {
    const { raw } = node.value as { raw: string };
    return isWords(raw) ? [raw] : [];
  }
  if (node.type === 'NewExpression' && (node.callee as Node).name === 'Error') {
    const [message] = node.arguments as Node[];
    return message?.type === 'Literal' && /^\p{Lu}/u.test(String(message.value)) ? [String(message.value)] : [];
  }
  const toast = node.type === 'CallExpression' && (node.callee as Node).name === 'showToast';
  const call = node.type === 'CallExpression' || /Function/.test(node.type ?? '');
  return Object.entries(node).flatMap(([key, inner]) => {
    if (typeof inner !== 'object' || inner === null) return [];
    const shown = shows(node, key, isShown && !call) || (toast && key === 'arguments');
    return (Array.isArray(inner) ? inner : [inner]).flatMap((each: Node) => (each ? strayWords(each, shown) : []));
  });
}

/** Is what stands below this key of a node shown to people? */
function shows(node: Node, key: string, isShown: boolean): boolean {
  if (node.type === 'JSXAttribute') return key === 'value' && readAloud.has(String((node.name as Node).name));
  if (node.type === 'JSXElement' || node.type === 'JSXFragment') return key === 'children';
  if (node.type === 'ConditionalExpression') return isShown && key !== 'test';
  if (node.type === 'LogicalExpression') return isShown && key === 'right';
  if (node.type === 'MemberExpression' || node.type === 'ObjectExpression' || node.type === 'BinaryExpression')
    return false;
  return isShown;
}

it('no words stand in a component, a toast or an error outside of the catalogue', () => {
  const stray = sources.flatMap(({ path, text }) =>
    strayWords(parseSync(path, text).program as unknown as Node).map((words) => `${path}: ${words}`),
  );
  expect(stray).toEqual([]);
});

it('finds words outside of the catalogue', () => {
  const words = (source: string) => strayWords(parseSync('a.tsx', source).program as unknown as Node);
  expect(words('const a = <p>Hello</p>')).toEqual(['Hello']);
  expect(words("const a = <p>{b ? 'Yes' : t('No')}</p>")).toEqual(['Yes']);
  expect(words("const a = <b aria-label='Close' class='x' data-of={c ? 'd' : 'e'} />")).toEqual(['Close']);
  expect(words("showToast('Done.')")).toEqual(['Done.']);
  expect(words("throw new Error('Try again.')")).toEqual(['Try again.']);
  expect(words("const a = <p class='b'>{t('Hello')}</p>")).toEqual([]);
});
