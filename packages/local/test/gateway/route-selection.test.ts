// biome-ignore-all lint/suspicious/noTemplateCurlyInString: API Gateway's expressions are written so
import { describe, expect, test } from 'vitest';
import { selectRoute } from '#gateway/websocket/route-selection';

describe('a route selection expression (AWS: "Create routes for WebSocket APIs")', () => {
  test.each([
    ['$request.body.action', { action: 'join' }, 'join'],
    ['$request.body.a.b.c', { a: { b: { c: 'deep' } } }, 'deep'],
    ['$request.body.list[1].name', { list: [{}, { name: 'second' }] }, 'second'],
    ['${request.body.service}/${request.body.action}', { service: 'room', action: 'join' }, 'room/join'],
    ['join-${request.body.room}', {}, 'join-'],
    ['$request.body.action', {}, ''],
    ['$request.body.action', { action: null }, ''],
    ['$request.body.action', { action: 5 }, '5'],
    ['$request.body.action', { action: true }, 'true'],
    ['$request.body.action', { action: ['item1', 'item2'] }, '[item1, item2]'],
    ['$request.body.action', { action: '$connect' }, '$default'],
    ['$request.body.action', 'text', ''],
    ['$request.body.constructor.name', {}, ''],
    ['$request.body.toString.name', {}, ''],
  ])('%s of %j is %j', (expression, message, key) => {
    expect(selectRoute(expression, JSON.stringify(message))).toBe(key);
  });

  test('a message that is not JSON goes to $default, also if the expression has static text', () => {
    expect(selectRoute('join-${request.body.room}', 'not JSON')).toBe('$default');
  });
});
