/** Made-up requests, handshakes and frames, for every row of the table of operations. */
import fc from 'fast-check';
import { frameFields } from '#protocol/frames';
import { httpRoutes, type Operation, type OperationName, operation } from '#protocol/operations';
import { createFromSchema, hostileTexts } from './from-schema.ts';
import type { World } from './world.ts';

/** What is sent to one address: everything but the token, which the sender has. */
export interface MadeRequest {
  /** The operation, where the path is one of its routes. */
  readonly name?: OperationName;
  readonly method: string;
  /** With its query string, exactly as it is sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whose token it has. */
  readonly person: number;
}

/** Percent-encodes as `encodeURIComponent`, and half a character as if it were a whole one. */
function encode(text: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text);
  return [...text]
    .map((character) => (character.isWellFormed() ? encodeURIComponent(character) : '%ED%A0%80'))
    .join('');
}

const rawQuery = fc.constantFrom(
  '',
  '?',
  '?&&',
  '?=',
  '?limit',
  '?limit=%',
  '?q=%FF',
  '?q=%ED%A0%80',
  '?q=a&q=b',
  '?__proto__=1',
  '?q=a+b%20c',
);
const rawSegment = fc.constantFrom(
  '',
  '%',
  '%zz',
  '%FF',
  '%00',
  '%2F',
  '%2e%2e',
  '..;',
  'a//b',
  '%ED%A0%80',
  `${'x'.repeat(4_000)}`,
);

/** Headers that a client or somebody in between may send, sensible or not. */
const headers = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc.dictionary(
      fc.constantFrom(
        'accept',
        'accept-encoding',
        'content-encoding',
        'content-type',
        'cookie',
        'forwarded',
        'if-none-match',
        'if-modified-since',
        'origin',
        'range',
        'referer',
        'transfer-encoding-x',
        'user-agent',
        'x-amz-date',
        'x-forwarded-for',
        'x-forwarded-proto',
        'x-http-method-override',
        '__proto__',
        'constructor',
      ),
      fc.oneof(
        fc.constantFrom(
          '',
          '*',
          'gzip',
          'application/json',
          'text/plain; charset=utf-16',
          'multipart/form-data',
          'null',
          '-1',
          'bytes=0-',
          'é',
          '::1',
          'x'.repeat(3_000),
        ),
        fc.string({ maxLength: 30 }).map((text) => text.replace(/[^\t\x20-\x7e]/g, '').trim()),
      ),
      { maxKeys: 4 },
    ),
  },
);

const authorizations = fc.constantFrom(
  '',
  'Bearer',
  'Bearer ',
  'Basic YTpi',
  'Bearer a.b.c',
  `Bearer ${'x'.repeat(5_000)}`,
  'Bearer eyJhbGciOiJub25lIn0.e30.',
);

/** Objects without a prototype, which are made up too, are no text by themselves. */
function asText(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export function madeRequests({ texts, people }: Pick<World, 'texts' | 'people'>): fc.Arbitrary<MadeRequest> {
  const { like, text, known, anything } = createFromSchema(texts);
  // What ends an account or its sessions is asked for by the last person alone, who asks for nothing else.
  const last = people.length - 1;
  const person = fc.nat({ max: last - 1 });
  const isFarewell = (route: string) => /^DELETE \/+me(\/+sessions)?\/*([?#]|$)/.test(unescaped(route));

  function pathOf(route: string, { path: parameters = {} }: Operation): fc.Arbitrary<string> {
    const parts = route.split('/').map((part): fc.Arbitrary<string> => {
      const [, parameter] = /^\{(\w+)\}$/.exec(part) ?? [];
      if (parameter === undefined) return fc.constant(part);
      const schema = parameters[parameter];
      const names = fc.constantFrom(...(texts.conversation ?? []));
      const value = schema
        ? (like(schema, parameter) as fc.Arbitrary<string>)
        : fc.oneof({ weight: 5, arbitrary: names }, known, text);
      return fc.oneof({ weight: 12, arbitrary: value.map(encode) }, { weight: 1, arbitrary: rawSegment });
    });
    return fc.tuple(...parts).map((all) => all.join('/'));
  }

  function queryOf({ query, inConversation }: Operation): fc.Arbitrary<string> {
    const fields = query ? (like(query) as fc.Arbitrary<Record<string, unknown>>) : fc.constant({});
    const conversation = inConversation
      ? like({ _zod: { def: { type: 'string' } } } as never, 'conversation')
      : fc.constant(undefined);
    const made = fc.tuple(fields, conversation).map(([values, name]) => {
      const pairs = Object.entries({ ...values, conversation: name }).filter(([, value]) => value !== undefined);
      return pairs.length === 0
        ? ''
        : `?${pairs.map(([key, value]) => `${encode(key)}=${encode(asText(value))}`).join('&')}`;
    });
    return fc.oneof({ weight: 8, arbitrary: made }, { weight: 1, arbitrary: rawQuery });
  }

  function bodyOf({ body }: Operation): fc.Arbitrary<string | undefined> {
    const odd = fc.oneof(
      anything.map((value) => JSON.stringify(value)),
      fc.constantFrom(
        '',
        'null',
        '[]',
        '{',
        '{"message":',
        '{"message":"\\ud800"}',
        '{"__proto__":{"message":"x"}}',
        '\ufeff{}',
        '[[[[[[',
        '{"seq":1e999}',
        '{"a":1,"a":2}',
      ),
      text,
    );
    if (!body) return fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: odd });
    return fc.oneof(
      { weight: 9, arbitrary: like(body).map((value) => JSON.stringify(value)) },
      { weight: 1, arbitrary: odd },
    );
  }

  const ofRoutes = [...httpRoutes].map(([route, name]) => {
    const [method = '', path = ''] = route.split(' ');
    const row = operation(name);
    return fc
      .record({
        path: pathOf(path, row),
        query: queryOf(row),
        headers,
        body: bodyOf(row),
        person: isFarewell(route) ? fc.constant(last) : person,
      })
      .map(({ path, query, ...rest }): MadeRequest => ({ name, method, path: `${path}${query}`, ...rest }));
  });
  const ofNoRoute = fc
    .record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'),
      path: fc
        .array(
          fc.oneof(
            text.map(encode),
            rawSegment,
            fc.constantFrom('conversations', 'me', 'users', 'messages', 'members'),
          ),
          { maxLength: 5 },
        )
        .map((parts) => `/${parts.join('/')}`),
      headers,
      body: fc.constant(undefined),
      person,
    })
    .map((request) => (isFarewell(`${request.method} ${request.path}`) ? { ...request, person: last } : request));
  const withBadToken = fc
    .tuple(fc.oneof(...ofRoutes), authorizations)
    .map(([request, authorization]) => ({ ...request, headers: { ...request.headers, authorization } }));
  return fc.oneof(
    { weight: 40, arbitrary: fc.oneof(...ofRoutes) },
    { weight: 2, arbitrary: ofNoRoute },
    { weight: 2, arbitrary: withBadToken },
  );
}

/** Frames on a socket for everything. */
export function madeFrames({ texts }: Pick<World, 'texts'>): fc.Arbitrary<string> {
  const { like, text, anything } = createFromSchema(texts);
  const ofTypes = Object.values(frameFields).map((schema) => like(schema));
  const ofPrograms = fc
    .tuple(fc.constantFrom('create', 'edit', 'delete', 'delete all', 'dance'), fc.oneof(...ofTypes, anything))
    .map(([event_type, event_data]) => ({ event_type, event_data }));
  const bare = fc.record({ message: text });
  // Among so many fields seldom all are right at once, and messages have to come through.
  const sends = fc.record({
    type: fc.constant('create'),
    conversation: fc.constantFrom(...(texts.conversation ?? [])),
    message: fc.constantFrom(...(texts.message ?? [])),
  });
  return fc.oneof(
    { weight: 2, arbitrary: sends.map((value) => JSON.stringify(value)) },
    { weight: 20, arbitrary: fc.oneof(...ofTypes).map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: fc.oneof(ofPrograms, bare).map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: anything.map((value) => JSON.stringify(value) ?? '') },
    { weight: 1, arbitrary: fc.constantFrom(...hostileTexts).map((value) => value.toWellFormed()) },
  );
}

/** Addresses of sockets: what comes after the stage's path. */
export function madeHandshakes({ texts, people }: Pick<World, 'texts' | 'people'>) {
  const { like, text } = createFromSchema(texts);
  const name = like({ _zod: { def: { type: 'string' } } } as never, 'conversation') as fc.Arbitrary<string>;
  const query = fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .tuple(fc.constantFrom('conversation', 'notifications'), name)
        .map(([key, value]) => `&${key}=${encode(value)}`),
    },
    { weight: 1, arbitrary: fc.tuple(text, text).map(([key, value]) => `&${encode(key)}=${encode(value)}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '&conversation',
        '&conversation=%',
        '&conversation=%FF',
        '&notifications=all&conversation=p1',
        '&&=',
      ),
    },
  );
  return fc.record({ person: fc.nat({ max: people.length - 2 }), query, headers });
}
