import { invalidArgument } from './errors.ts';
import { compareBytes } from './version-index.ts';

/** One line of a listing: an item, or a common prefix, which stands for all keys that are equal up to the delimiter. */
export interface Entry<Item> {
  /** The key or the common prefix. */
  readonly name: string;
  readonly item?: Item;
}

export interface Page<Item> {
  readonly entries: readonly Entry<Item>[];
  /** Whether there are more. An empty page has no more. */
  readonly truncated: boolean;
  readonly last: Entry<Item> | undefined;
}

/**
 * One page of a listing in S3's order. Keys with the delimiter after the prefix are grouped by common prefix.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
 * @param items in S3's order
 * @param options.isAfter whether an entry comes after the marker with which the page begins
 */
export function listPage<Item extends { readonly key: string }>(
  items: readonly Item[],
  options: {
    readonly prefix: string;
    readonly delimiter: string;
    readonly size: number;
    readonly isAfter: (entry: Entry<Item>) => boolean;
  },
): Page<Item> {
  const { prefix, delimiter, size, isAfter } = options;
  const entries: Entry<Item>[] = [];
  let more = false;
  let group: string | undefined;
  for (const item of items) {
    if (!item.key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : item.key.indexOf(delimiter, prefix.length);
    const entry = end < 0 ? { name: item.key, item } : { name: item.key.slice(0, end + delimiter.length) };
    if (!entry.item && entry.name === group) continue;
    group = entry.item ? undefined : entry.name;
    if (!isAfter(entry)) continue;
    if (entries.length === size) {
      more = true;
      break;
    }
    entries.push(entry);
  }
  return { entries, truncated: more && size > 0, last: entries.at(-1) };
}

/** A test of a page's entries: those whose name comes after a marker. An absent or empty marker comes before all. */
export const isAfterName =
  (marker: string | null) =>
  ({ name }: { readonly name: string }): boolean =>
    !marker || compareBytes(name, marker) > 0;

const mostEntries = 1000;

/** The number of entries of a page, which is at most 1,000. @throws S3Error InvalidArgument */
export function parsePageSize(name: string, value: string | null): number {
  return value === null || value === '' ? mostEntries : Math.min(parseCount(name, value), mostEntries);
}

/** A number that is not negative. @throws S3Error InvalidArgument */
export function parseCount(name: string, value: string): number {
  if (!/^-?\d{1,10}$/.test(value) || Math.abs(Number(value)) > 2 ** 31 - 1) {
    throw invalidArgument(name, value, `Provided ${name} not an integer or within integer range`);
  }
  if (value.startsWith('-')) {
    throw invalidArgument(name, value, `Argument ${name} must be an integer between 0 and 2147483647`);
  }
  return Number(value);
}

/**
 * How keys are written into a listing: with `encoding-type=url`, which is for keys that XML cannot hold, as in a form, but with slashes.
 * @throws S3Error InvalidArgument
 */
export function parseEncoding(query: URLSearchParams): (text: string) => string {
  const type = query.get('encoding-type');
  if (type === null || type === '') return (text) => text;
  if (type !== 'url') throw invalidArgument('encoding-type', type, 'Invalid Encoding Method specified in Request');
  return (text) => new URLSearchParams([[text, '']]).toString().slice(0, -1).replaceAll('%2F', '/');
}
