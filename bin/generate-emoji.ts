/**
 * Writes the emoji of the page's palette and their names into `web/emoji/`: `npm run generate:emoji`. The packages have 150 MB, so they
 * are no dependencies: they are fetched here, and what is needed of them is kept (docs/decisions/0093-emoji-of-unicode-in-the-tree.md).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const order = 'unicode-emoji-json@0.9.0';
const names = 'cldr-annotations-full@48.2.0';
const derivedNames = 'cldr-annotations-derived-full@48.2.0';
const languages = ['en', 'de', 'es', 'ar'];
/** Fonts of systems that are two years old have these. */
const newestVersion = 15.1;

const Groups = z.array(
  z.object({
    slug: z.string(),
    emojis: z.array(z.object({ emoji: z.string(), skin_tone_support: z.boolean(), emoji_version: z.string() })),
  }),
);
const Annotations = z.record(
  z.string(),
  z.object({ default: z.array(z.string()).optional(), tts: z.array(z.string()).optional() }),
);
type Annotations = z.infer<typeof Annotations>;

const folder = mkdtempSync(join(tmpdir(), 'parley-emoji-'));
const target = join(import.meta.dirname, '../web/emoji');

/** Fetches a package. @returns reads one of its files */
function fetchPackage(name: string): (path: string) => unknown {
  const tarball = execFileSync('npm', ['pack', name, '--silent', '--pack-destination', folder], { cwd: folder });
  const to = mkdtempSync(join(folder, 'package-'));
  execFileSync('tar', ['-xzf', join(folder, tarball.toString().trim()), '-C', to]);
  return (path) => JSON.parse(readFileSync(join(to, 'package', path), 'utf8'));
}

/** As Biome formats it: one entry a line. */
function write(name: string, value: unknown): void {
  writeFileSync(join(target, name), `${JSON.stringify(value, null, 2)}\n`);
}

/** The name, then what else one may search for: words that are not in the name already. */
function entryOf(annotations: Annotations, emoji: string): string {
  const { tts = [], default: words = [] } = annotations[emoji.replaceAll('\ufe0f', '')] ?? {};
  const [name] = tts;
  if (name === undefined) throw new Error(`unable to name ${emoji}; Unicode has no name for it`);
  const known = new Set(name.toLowerCase().split(/[\s:,]+/));
  const others = words.filter((word) => word !== name && !known.has(word.toLowerCase()));
  return [name, ...others].join('|');
}

try {
  const groups = Groups.parse(fetchPackage(order)('data-by-group.json')).map(({ slug, emojis }) => ({
    group: slug,
    emoji: emojis.filter(({ emoji_version }) => Number(emoji_version) <= newestVersion),
  }));
  write(
    'groups.json',
    groups.map(({ group, emoji }) => ({
      group,
      emoji: emoji.map((one) => one.emoji).join(' '),
      toned: emoji.flatMap((one) => (one.skin_tone_support ? [one.emoji] : [])).join(' '),
    })),
  );
  const [basic, derived] = [fetchPackage(names), fetchPackage(derivedNames)];
  const Basic = z.object({ annotations: z.object({ annotations: Annotations }) });
  const Derived = z.object({ annotationsDerived: z.object({ annotations: Annotations }) });
  for (const language of languages) {
    const annotations = {
      ...Derived.parse(derived(`annotationsDerived/${language}/annotations.json`)).annotationsDerived.annotations,
      ...Basic.parse(basic(`annotations/${language}/annotations.json`)).annotations.annotations,
    };
    write(
      `names-${language}.json`,
      groups.flatMap(({ emoji }) => emoji.map((one) => entryOf(annotations, one.emoji))),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
