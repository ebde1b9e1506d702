import type { IncomingMessage } from 'node:http';

export interface Value {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
}

/** A request in the shape that a viewer-request function gets. Nothing is decoded. */
export interface ViewerRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: Readonly<Record<string, Value>>;
  /** In lower case, without cookies. */
  readonly headers: Readonly<Record<string, Value>>;
  readonly cookies: Readonly<Record<string, Value>>;
}

type Pairs = (readonly [name: string, value: string])[];

/** Source: AWS, "CloudFront Functions event structure". */
export function readViewerRequest(request: IncomingMessage): ViewerRequest {
  const [uri = '/', query = ''] = splitOnce(request.url ?? '/', '?');
  const headers: Pairs = [];
  const cookies: Pairs = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = (request.rawHeaders[index] ?? '').toLowerCase();
    const value = request.rawHeaders[index + 1] ?? '';
    if (name === 'cookie') cookies.push(...parsePairs(value, /;\s*/));
    else headers.push([name, value]);
  }
  return {
    method: request.method ?? 'GET',
    uri,
    querystring: values(parsePairs(query, '&')),
    headers: values(headers),
    cookies: values(cookies),
  };
}

/** Names and values in order. A name with several values appears several times. */
export function toPairs(all: Readonly<Record<string, Value>>): Pairs {
  return Object.entries(all).flatMap(([name, { value, multiValue }]) =>
    (multiValue ?? [{ value }]).map((each) => [name, each.value] as const),
  );
}

/** Without the `?`. */
export function toQueryString(querystring: Pairs): string {
  return querystring.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');
}

function parsePairs(text: string, separator: string | RegExp): Pairs {
  return text
    .split(separator)
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', value = ''] = splitOnce(part, '=');
      return [name, value] as const;
    });
}

function values(all: Pairs): Record<string, Value> {
  const grouped = new Map<string, string[]>();
  for (const [name, value] of all) grouped.set(name, [...(grouped.get(name) ?? []), value]);
  return Object.fromEntries(
    [...grouped].map(([name, [value = '', ...more]]) => [
      name,
      more.length === 0 ? { value } : { value, multiValue: [value, ...more].map((each) => ({ value: each })) },
    ]),
  );
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
