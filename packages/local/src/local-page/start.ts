import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Service } from '#context';
import { hostOfOrigin } from '#own-hosts';
import type { Ids } from '#private-folder';
import { secretsEqual } from '#text';
import { readState, type Sources } from './state.ts';

/** The path of the page. No route of the stack is served below it. */
export const localPagePrefix = '/_local';

/** The page's own files, by path. */
const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  [localPagePrefix]: ['local-page.html', 'text/html; charset=utf-8'],
  [`${localPagePrefix}/page.js`]: ['local-page.js', 'text/javascript; charset=utf-8'],
  [`${localPagePrefix}/page.css`]: ['local-page.css', 'text/css; charset=utf-8'],
};

const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * A page that shows what the served stack does, at `/_local`. It asks for everything once in a while, as one JSON document, and only while
 * somebody looks at it: otherwise it costs nothing.
 *
 * Mail and logs are for the owner of the data folder alone, so the document needs the page's key, which is part of its address. Pages of
 * other origins are refused.
 */
export async function startLocalPage(
  sources: Sources,
  ids: Pick<Ids, 'secret'>,
): Promise<Service & { readonly address: string }> {
  const key = createHmac('sha256', ids.secret).update('the key of the local page').digest('base64url').slice(0, 22);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', sources.context.origin);
    const path = url.pathname.replace(/(.)\/$/, '$1');
    if (isForeign(request)) return send(response, 403, 'unable to answer; the page is for its own origin alone\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, '', { allow: 'GET, HEAD' });
    if (path === `${localPagePrefix}/state`) {
      const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (!secretsEqual(given, key))
        return send(response, 401, 'unable to answer; the key of the address is missing\n');
      const state = await readState(sources, url.searchParams.get('log') ?? undefined);
      return send(response, 200, JSON.stringify(state), { 'content-type': 'application/json' });
    }
    const file = files[path];
    if (!file) return send(response, 404, 'unable to find this file\n');
    const [name, type] = file;
    send(response, 200, await readFile(new URL(`./${name}`, import.meta.url)), { 'content-type': type });
  }

  return {
    address: `${sources.context.origin}${localPagePrefix}?key=${key}`,
    handle,
    stop: async () => undefined,
  };
}

/** Whether a page of another origin asks. The port has checked the host. */
function isForeign({
  headers: { origin, host, 'sec-fetch-site': site, 'sec-fetch-mode': mode },
}: IncomingMessage): boolean {
  if (origin !== undefined && hostOfOrigin(origin) !== host) return true;
  return site !== undefined && mode !== 'navigate' && site !== 'same-origin' && site !== 'none';
}

function send(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  more: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': 'text/plain',
    ...headers,
    ...more,
    'content-length': Buffer.byteLength(body),
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
