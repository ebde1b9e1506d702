/**
 * Begins what the first view needs of the network while the browser still downloads the page's script: the deployment's `config.json`, and for a
 * signed-in user the socket, whose first event is the inbox, and the conversation of the address. `take-early.ts` hands it to the page.
 */
import { tokenExpiresAt } from '@parley/client';
import { type Account, isSignedIn, prefix, tabKey } from './session/stored-accounts.ts';

export interface Early {
  /** Undefined after it was taken. */
  config?: Promise<Response>;
  socket?: EarlySocket;
  /** Of the HTTP API, by address, for the user with this token. */
  readonly answers: Map<string, Promise<Response>>;
  token?: string;
}

interface EarlySocket {
  readonly socket: WebSocket;
  readonly url: string;
  readonly token: string;
  /** What happened before somebody listened. */
  readonly events: Event[];
}

declare global {
  var parleyEarly: Early | undefined;
}

/** With less time left, the token is replaced first: `session.ts`. */
const marginMs = 120_000;
/** The page may show the sign-in, or switch to another account. */
const unusedMs = 20_000;

export function startEarly(): void {
  const early: Early = { answers: new Map() };
  globalThis.parleyEarly = early;
  early.config = begin('/config.json');
  // An address with a query asks for another account.
  const access = location.search === '' && navigator.onLine ? tokenOfTab() : '';
  if ((tokenExpiresAt(access) ?? 0) < Date.now() + marginMs) return;
  early.token = access;
  const headers = { authorization: `Bearer ${access}` };
  early.answers.set('/api/me', begin('/api/me', { headers }));
  const conversation = /^#\/c\/([^/]+?)(?:\/m\/\d+)?$/.exec(location.hash)?.[1]?.toLowerCase();
  const path = `/api/conversations/${conversation}`;
  if (conversation !== undefined) early.answers.set(path, begin(path, { headers }));
  openSocket(early, access, (data) => {
    // The view was read before this.
    if (conversation !== undefined && data.includes(decodeURIComponent(conversation))) early.answers.delete(path);
  });
}

/** As `session.ts` finds it, in fewer bytes. Where the user blocks site data, there is none. */
function tokenOfTab(): string {
  try {
    const user = sessionStorage.getItem(tabKey);
    const accounts = Object.keys(localStorage)
      .filter((key) => key.startsWith(prefix))
      .map((key): Account => JSON.parse(localStorage.getItem(key) ?? ''))
      .filter((account) => isSignedIn(account) && (user ?? account.username) === account.username);
    return accounts.sort((a, b) => b.usedAt - a.usedAt)[0]?.access ?? '';
  } catch {
    return '';
  }
}

function begin(path: string, init?: RequestInit): Promise<Response> {
  const answer = fetch(path, init);
  // Whoever takes it hears of a failure.
  answer.catch(() => {});
  return answer;
}

function openSocket(early: Early, token: string, onNews: (data: string) => void): void {
  const url = `${location.origin.replace(/^http/, 'ws')}/ws/`;
  const socket = new WebSocket(url, ['parley.v1', `token.${token}`]);
  const events: Event[] = [];
  const keep = (event: Event) => events.push(event);
  socket.onopen = socket.onclose = keep;
  socket.onmessage = keep;
  socket.addEventListener('message', ({ data }) => {
    if (!String(data).startsWith('{"type":"conversations"')) onNews(String(data));
  });
  early.socket = { socket, url, token, events };
  setTimeout(() => {
    if (early.socket) socket.close();
    early.socket = undefined;
    early.answers.clear();
  }, unusedMs);
}
