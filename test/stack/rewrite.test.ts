import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';

const source = readFileSync('edge/rewrite.js', 'utf8');

/** Runs the function as CloudFront does: a script with a global `handler`, with path and query as sent. */
function rewrite(sent: string): string {
  const [uri, query = ''] = sent.split('?');
  const querystring = Object.fromEntries(
    query
      .split('&')
      .filter(Boolean)
      .map((pair) => pair.split('='))
      .map(([name, value]) => [name, { value }]),
  );
  const context = {
    event: {
      request: { method: 'GET', uri, querystring, headers: { host: { value: 'd1.cloudfront.net' } }, cookies: {} },
    },
  };
  const request = runInNewContext(`${source}\nhandler(event)`, context);
  const pairs = Object.entries<{ value: string }>(request.querystring).map(([name, { value }]) => `${name}=${value}`);
  return request.uri + (pairs.length > 0 ? `?${pairs.join('&')}` : '');
}

describe('socket paths', () => {
  test.each([
    ['/ws/', '/'],
    ['/ws', '/'],
    ['/ws/?token=a.b.c', '/?token=a.b.c'],
    ['/ws/chat/alice_bob/?token=a.b.c', '/?token=a.b.c&conversation=alice_bob'],
    ['/ws/chat/alice_bob', '/?conversation=alice_bob'],
    ['/ws/messages/bob', '/?conversation=bob'],
    ['/ws/messages/bob/', '/?conversation=bob'],
    ['/ws/room:lobby/', '/?conversation=room:lobby'],
    ['/ws/1_2_3/', '/?conversation=1_2_3'],
    ['/ws/notification/', '/?notifications=all'],
    ['/ws/notifications/', '/?notifications=all'],
    ['/ws/notifications', '/?notifications=all'],
    ['/ws/notifications/alice_bob/', '/?notifications=alice_bob'],
    ['/ws/notification/alice_bob', '/?notifications=alice_bob'],
  ])('%s opens %s', (sent, expected) => {
    expect(rewrite(sent)).toBe(expected);
  });

  test('a user socket may name its scope in the query, as on the API itself', () => {
    expect(rewrite('/ws/?conversation=bob&token=t')).toBe('/?conversation=bob&token=t');
  });

  test('a scope in the path replaces a scope in the query', () => {
    expect(rewrite('/ws/chat/bob/?conversation=eve&notifications=all&token=t')).toBe('/?token=t&conversation=bob');
    expect(rewrite('/ws/notifications/?conversation=eve')).toBe('/?notifications=all');
  });

  test('users whose names equal a path are reached by the long path', () => {
    expect(rewrite('/ws/chat/notifications/')).toBe('/?conversation=notifications');
    expect(rewrite('/ws/chat/')).toBe('/?conversation=chat');
  });
});

describe('names in socket paths', () => {
  const nameOf = (sent: string) => new URLSearchParams(rewrite(sent).split('?')[1]).get('conversation');

  test.each([
    ['a user name with %xx in it is encoded once', '/ws/chat/alice_bob%255fsmith/', 'alice_bob%5fsmith'],
    ['an encoded letter is that letter', '/ws/chat/alic%65_bob/', 'alice_bob'],
    ['an encoded colon is a colon', '/ws/room%3Alobby/', 'room:lobby'],
    ['a plus sign is no space', '/ws/chat/a+b/', 'a+b'],
    ['an ampersand adds no parameter', '/ws/chat/bob&notifications=all/', 'bob&notifications=all'],
    ['an encoded ampersand adds no parameter', '/ws/chat/bob%26token=x/', 'bob&token=x'],
    ['an encoded slash does not divide', '/ws/chat/a%2Fb/', 'a/b'],
    ['more parts than a name has stay together, to be refused', '/ws/chat/alice/bob/', 'alice/bob'],
    ['parts of no known path stay together, to be refused', '/ws/other/alice/', 'other/alice'],
    ['a way up is a name, to be refused', '/ws/chat/../x/', '../x'],
    ['an encoded #, which separates keys in the table, arrives as such', '/ws/chat/a%23b/', 'a#b'],
  ])('%s', (_, sent, expected) => {
    expect(nameOf(sent)).toBe(expected);
  });

  test('means the same in the path as in the query', () => {
    for (const name of ['alice_bob%255fsmith', 'bob%5Fsmith', 'room%3Alobby', '%25', 'b%C3%B6b']) {
      expect(nameOf(`/ws/chat/${name}/`)).toBe(nameOf(`/ws/?conversation=${name}`));
    }
  });

  test('an invalid encoding is passed on unchanged, and the API refuses it', () => {
    expect(rewrite('/ws/chat/%zz/')).toBe('/?conversation=%zz');
  });
});

describe('HTTP paths', () => {
  test.each([
    ['/api/me', '/me'],
    ['/api/conversations/', '/conversations'],
    ['/api/conversations/alice_bob%255fx/messages?limit=5', '/conversations/alice_bob%255fx/messages?limit=5'],
    ['/api/chat/lobby/messages/', '/chat/lobby/messages'],
    ['/api/', '/'],
    ['/api', '/'],
    ['/apis/x', '/apis/x'],
    ['/wsx', '/wsx'],
    ['/conversation/alice_bob/', '/conversation/alice_bob'],
    ['/messages/?conversation=alice_bob', '/messages?conversation=alice_bob'],
    ['/filesmessage/alice_bob/', '/filesmessage/alice_bob'],
    ['/chat/lobby/history?page=2', '/chat/lobby/history?page=2'],
    ['/', '/'],
  ])('%s asks for %s', (sent, expected) => {
    expect(rewrite(sent)).toBe(expected);
  });
});

test('the function is within the CloudFront limit of 10 KB', () => {
  expect(Buffer.byteLength(source)).toBeLessThan(10 * 1024);
});
