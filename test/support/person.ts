import { decodeJwt } from 'jose';
import { WebSocket } from 'ws';
import type { Outputs } from './outputs.ts';
import { Socket } from './socket.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert the shape of answers
  readonly body: any;
}

/** A user who is signed in, with as many sockets as the test opens. */
export class Person {
  readonly #sockets = new Set<Socket>();

  constructor(
    readonly outputs: Outputs,
    readonly username: string,
    readonly tokens: { readonly access: string; readonly id: string },
  ) {}

  /** What the identity provider calls them; their name may pass to somebody else. */
  get sub(): string | undefined {
    return decodeJwt(this.tokens.access).sub;
  }

  /** A socket for `{}` (everything), `{ conversation }` or `{ notifications }`; resolves when the handshake is done. */
  async connect(query: Readonly<Record<string, string>> = {}, token = this.tokens.access): Promise<Socket> {
    const search = new URLSearchParams({ token, ...query });
    return this.open(`${this.outputs.WebSocketUrl}?${search}`);
  }

  /** A socket for one conversation that has got its first events. */
  async enter(conversation: string): Promise<Socket> {
    const socket = await this.connect({ conversation });
    await socket.next('last_50_messages');
    return socket;
  }

  /** A socket for everything that has got its first events. */
  async everything(): Promise<Socket> {
    const socket = await this.connect();
    await socket.next('unread_count');
    return socket;
  }

  /** A socket at a path of the web host, such as `/ws/chat/bob/`. */
  async connectAt(path: string): Promise<Socket> {
    const { WebUrl } = this.outputs;
    return this.open(`${WebUrl.replace(/^http/, 'ws')}${path}?token=${this.tokens.access}`);
  }

  async open(url: string, protocols: string[] = [], origin?: string): Promise<Socket> {
    const socket = await Socket.open(new WebSocket(url, protocols, origin === undefined ? {} : { origin }));
    this.#sockets.add(socket);
    return socket;
  }

  /** A request to the HTTP API. @param path a path of the API, or a whole address */
  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(path.startsWith('http') ? path : `${this.outputs.HttpUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.tokens.access}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') && text !== '';
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.request('POST', path, body);
  }

  async leave(): Promise<void> {
    await Promise.all([...this.#sockets].map((socket) => socket.close()));
  }
}

/** Makes friends of the first and each of the others, so that the first may put them into groups. */
export async function acquaint(one: Person, ...others: readonly Person[]): Promise<void> {
  for (const other of others) {
    await one.request('PUT', `/me/friends/${other.username}`);
    await other.request('PUT', `/me/friends/${one.username}`);
  }
}

/** The id of the conversation that these people's names form. */
export function named(...people: readonly { readonly username: string }[]): string {
  return people
    .map(({ username }) => username)
    .sort()
    .join('_');
}
