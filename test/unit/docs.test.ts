import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { channelTexts, errorTexts, eventTexts, frameTexts } from '#docs/descriptions';
import { chatMetrics, errorMetrics } from '#lambdas/runtime/metric-names';
import { errorCodes, errorStatus } from '#protocol/errors';
import { events } from '#protocol/events';
import { frames } from '#protocol/frames';
import { limits } from '#protocol/limits';
import { httpRoutes } from '#protocol/operations';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const Json = z.record(z.string(), z.unknown());
const Named = z.record(z.string(), Json);
const Contract = z.looseObject({
  components: z.looseObject({ schemas: Named }),
  'x-error-codes': z.record(z.string(), z.looseObject({ status: z.number() })),
});

/** Every `$ref` in a document. */
function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : refsIn(inner)));
}

function resolveRef(document: unknown, ref: string): unknown {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((value, step) => Json.safeParse(value).data?.[step], document);
}

/** A parser of one schema, made from the document alone. */
function parserOf(schemas: Record<string, unknown>, name: string) {
  const local = JSON.parse(JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/$defs/'));
  return z.fromJSONSchema({ ...local[name], $defs: local });
}

describe.each(['docs/asyncapi.yaml', 'docs/openapi.yaml'])('%s', (path) => {
  const document: unknown = parse(read(path));
  const { components, 'x-error-codes': codes } = Contract.parse(document);

  it('has every part that it refers to', () => {
    const refs = [...new Set(refsIn(document))];
    expect(refs.length).toBeGreaterThan(0);
    expect(refs.filter((ref) => resolveRef(document, ref) === undefined)).toEqual([]);
  });

  it('has schemas that a JSON Schema reader understands', () => {
    for (const name of Object.keys(components.schemas)) {
      expect(() => parserOf(components.schemas, name), name).not.toThrow();
    }
  });

  it('names every error with its HTTP status', () => {
    expect(Object.fromEntries(Object.entries(codes).map(([code, { status }]) => [code, status]))).toEqual(errorStatus);
  });
});

describe('docs/asyncapi.yaml', () => {
  const document = z
    .looseObject({
      channels: z.record(z.string(), z.looseObject({ messages: Json, bindings: z.object({ ws: Json }) })),
      operations: z.record(z.string(), z.looseObject({ action: z.enum(['send', 'receive']), messages: z.array(Json) })),
      components: z.looseObject({ messages: Named, schemas: Named, securitySchemes: Named }),
    })
    .parse(parse(read('docs/asyncapi.yaml')));

  const messagesOf = (action: string) =>
    new Set(
      Object.values(document.operations)
        .filter((operation) => operation.action === action)
        .flatMap(({ messages }) => messages.map(({ $ref }) => String($ref).split('/').at(-1))),
    );

  it('has every frame and every event', () => {
    expect(messagesOf('receive')).toEqual(new Set(Object.keys(frames).map((type) => `frame.${type}`)));
    expect(messagesOf('send')).toEqual(new Set(Object.keys(events).map((type) => `event.${type}`)));
  });

  it('has the three kinds of sockets, and both ways to give the token', () => {
    expect(Object.keys(document.channels).sort()).toEqual(Object.keys(channelTexts).sort());
    expect(Object.values(document.components.securitySchemes).map(({ name, in: place }) => [place, name])).toEqual([
      ['query', 'token'],
      ['header', 'Sec-WebSocket-Protocol'],
    ]);
  });

  it('has examples that the parsers of the code and of the file accept', () => {
    for (const [kind, texts, schemas] of [
      ['frame', frameTexts, frames],
      ['event', eventTexts, events],
    ] as const) {
      for (const [type, { example }] of Object.entries(texts)) {
        const schema = Object.entries(schemas).find(([name]) => name === type)?.[1];
        expect(schema && z.safeParse(schema, example).success, `${kind} ${type}`).toBe(true);
        const alone = parserOf(document.components.schemas, `${kind}.${type}`);
        expect(alone.safeParse(example).error, `${kind} ${type}`).toBeUndefined();
        expect(alone.safeParse({ ...example, type: 'other' }).success, `${kind} ${type}`).toBe(false);
      }
    }
  });
});

describe('docs/openapi.yaml', () => {
  const { paths } = z
    .looseObject({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))) })
    .parse(parse(read('docs/openapi.yaml')));
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      key: `${method.toUpperCase()} ${path}`,
      operationId,
    })),
  );

  it('has every route, each with its own operation id', () => {
    expect(documented.map(({ key }) => key).sort()).toEqual([...httpRoutes.keys()].sort());
    expect(new Set(documented.map(({ operationId }) => operationId)).size).toBe(documented.length);
  });
});

describe('docs/protocol.md', () => {
  const page = read('docs/protocol.md');
  const lines = linesOf(page);

  it.each(Object.keys(frames))('describes the frame %s', (type) => {
    expect(lines).toContain(`### \`${type}\``);
  });

  it.each(Object.keys(events))('describes the event %s', (type) => {
    const headings = lines.slice(lines.indexOf('## 4. Server to client')).filter((line) => line.startsWith('### '));
    expect(headings.some((heading) => heading.includes(`\`${type}\``))).toBe(true);
  });

  it.each(errorCodes)('has cause and remedy of %s', (code) => {
    const { cause, remedy } = errorTexts[code];
    expect(lines).toContain(`| \`${code}\` | ${errorStatus[code]} | ${cause} | ${remedy} |`);
  });

  it.each(Object.entries(limits))('has the right number for the limit %s', (name, limit) => {
    const row = lines.find((line) => line.startsWith(`| \`${name}\` |`));
    const value = typeof limit === 'number' ? limit.toLocaleString('en') : `${limit.count} in ${limit.seconds} s`;
    expect(row?.split(' | ')[1]).toBe(value);
  });

  it.each([...httpRoutes.keys()])('names the route %s', (route) => {
    const [method, path] = route.split(' ');
    const named = page.includes(`\`${route}\``) || page.includes(`\`${method} ${path}?conversation={id}\``);
    expect(named).toBe(true);
  });
});

describe('README.md and docs/options.md', () => {
  const lines = linesOf(read('docs/options.md'));

  it('has every option with its default as cdk.json sets it', () => {
    const { context } = z
      .looseObject({ context: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse(read('cdk.json')));
    const options = Object.entries(context).filter(([name]) => !name.startsWith('@'));
    const rows = options.map(([name, value]) => `| \`${name}\` | ${value === null ? 'none' : `\`${value}\``} |`);
    expect(rows.filter((row) => !lines.some((line) => line.startsWith(row)))).toEqual([]);
  });

  it('names only scripts that exist', () => {
    const { scripts } = z
      .looseObject({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json')));
    const named = ['README.md', 'CONTRIBUTING.md'].flatMap((path) => [...read(path).matchAll(/npm run ([\w:]+)/g)]);
    expect(named.map(([, name = '']) => name).filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('docs/decisions', () => {
  it('lists every decision with the number, title and status of its file', () => {
    const row = /^\| \[(\d{4})\]\((.+?)\) +\| (.+?) +\| (.+?) +\|$/gm;
    const listed = [...read('docs/decisions/README.md').matchAll(row)].map(([, ...columns]) => columns);
    const form = /^# (\d{4}) (.+)\n\n- \*\*Date\*\*: \d{4}-\d\d-\d\d.*\n- \*\*Status\*\*: (.+)\n/;
    const files = readdirSync(join(root, 'docs/decisions')).filter((file) => file !== 'README.md');
    const decisions = files.sort().map((file) => {
      const [, number, title, status] = form.exec(read(`docs/decisions/${file}`)) ?? [];
      return [number, file, title, status];
    });
    expect(listed).toEqual(decisions);
  });
});

describe('the pages', () => {
  const pages = markdownBelow('');

  it.each(pages)('%s links only to things that exist', (path) => {
    const broken = linksIn(read(path)).filter((link) => !leadsSomewhere(path, link));
    expect(broken).toEqual([]);
  });
});

/** The path of every page of the project, without folders that programs generate. */
function markdownBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(\..*|node_modules|cdk\.out|dist)$/.test(entry.name) ? [] : markdownBelow(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** A page's lines, without the spaces that pad the columns of tables. */
function linesOf(markdown: string): string[] {
  return markdown.split('\n').map((line) => line.replace(/ +/g, ' '));
}

/** The addresses of links and pictures within the project. */
function linksIn(markdown: string): string[] {
  const prose = markdown.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, 'code');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : join(dirname(page), file);
  if (!existsSync(join(root, target))) return false;
  if (anchor === undefined) return true;
  return statSync(join(root, target)).isFile() && anchorsOf(read(target)).includes(anchor);
}

/** The anchors that GitHub gives to headings. */
function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...markdown.replace(/```[\s\S]*?```/g, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

it('docs/metrics.md has a row for each metric, with its unit and its dimension', () => {
  const rows = [...read('docs/metrics.md').matchAll(/^\| `([A-Z]\w+)` +\| (\w*) +\| `?(\w+)`? +\|/gm)];
  const documented = Object.fromEntries(rows.map(([, name, unit, dimension]) => [name, [unit, dimension]]));
  const chat = Object.entries(chatMetrics).map(([name, unit]) => [name, [unit === 'Count' ? '' : 'ms', 'none']]);
  const errors = Object.entries(errorMetrics).map(([name, { dimension }]) => [name, ['', dimension]]);
  expect(documented).toEqual(Object.fromEntries([...chat, ...errors]));
});
