import { AssociateSoftwareTokenCommand, SignUpCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';
import { errorOf } from './people.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ pools: ['People'] });
});
afterAll(() => fixture.stop());

async function post(operation: string, body: string) {
  const response = await fetch(fixture.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    body,
  });
  const answer: unknown = await response.json();
  return { status: response.status, headers: response.headers, answer };
}

describe('an error on the wire', () => {
  test('has its name in the header and in __type, as JSON 1.1', async () => {
    const { status, headers, answer } = await post('InitiateAuth', JSON.stringify({ ClientId: 'x', AuthFlow: 'x' }));
    expect(status).toBe(400);
    expect(headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException:');
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(answer).toEqual({
      __type: 'ResourceNotFoundException',
      message: 'User pool client x does not exist.',
    });
  });

  test('for an operation that is not served is UnknownOperationException', async () => {
    expect(await errorOf(fixture.sdk().send(new AssociateSoftwareTokenCommand({})))).toMatchObject({
      name: 'UnknownOperationException',
    });
    for (const name of ['', 'toString', '__proto__', 'signUp']) {
      expect((await post(name, '{}')).answer).toMatchObject({ __type: 'UnknownOperationException' });
    }
  });

  test.each(['', '{', 'null', '[]', '7', '{"ClientId":7,"Username":"a","Password":"b"}'])(
    'for the body %j is a SerializationException or InvalidParameterException',
    async (body) => {
      const { status, answer } = await post('SignUp', body);
      expect(status).toBe(400);
      expect(answer).toMatchObject({
        __type: expect.stringMatching(/^(SerializationException|InvalidParameterException)$/),
      });
    },
  );

  test('names the field that breaks a limit', async () => {
    const make = (Username: string) =>
      errorOf(fixture.sdk().send(new SignUpCommand({ ClientId: fixture.web, Username, Password: 'Correct-horse-1' })));
    expect(await make('x'.repeat(129))).toEqual({
      name: 'InvalidParameterException',
      message:
        "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must have length less than or equal to 128",
    });
    expect(await make('two words')).toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('Member must satisfy regular expression pattern'),
    });
    expect((await post('SignUp', JSON.stringify({ ClientId: fixture.web, Username: 'x' }))).answer).toEqual({
      __type: 'InvalidParameterException',
      message:
        "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null",
    });
  });

  test('for a body of more than 1 MB is 413, and the service keeps running', async () => {
    const { status } = await post('SignUp', 'x'.repeat(1024 * 1024 + 1));
    expect(status).toBe(413);
    expect((await post('SignUp', '{}')).status).toBe(400);
  });
});

describe('a browser', () => {
  const preflight = (origin: string) =>
    fetch(fixture.endpoint, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-headers': 'content-type,x-amz-target' },
    });

  test('of a page of this machine may call, after a preflight', async () => {
    const origin = 'http://localhost:5173';
    const asked = await preflight(origin);
    expect(asked.status).toBe(200);
    expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
    expect(asked.headers.get('access-control-allow-headers')).toBe('content-type,x-amz-target');
    const { headers } = await fetch(fixture.endpoint, { method: 'POST', headers: { origin }, body: '{}' });
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-expose-headers')).toContain('x-amzn-ErrorType');
    const keys = await fetch(`${fixture.documents}/jwks.json`, { headers: { origin } });
    expect(keys.headers.get('access-control-allow-origin')).toBe(origin);
  });

  // AWS allows every origin. Here a strange page could sign in with a password that it guesses.
  test.each(['http://example.com', 'https://localhost.evil.example', 'null', 'http://127.0.0.1.evil.example'])(
    'of a page of somebody else’s may not: %s',
    async (origin) => {
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  test('gets 404 at other paths', async () => {
    expect((await fetch(`${fixture.endpoint}/elsewhere`)).status).toBe(404);
    expect((await fetch(`${fixture.endpoint}/us-east-1_none/.well-known/jwks.json`)).status).toBe(400);
  });
});

test('a user name that looks like a path can sign up, and its mail stays in the mail folder', async () => {
  const Username = '../../../evil';
  await fixture.sdk().send(
    new SignUpCommand({
      ClientId: fixture.web,
      Username,
      Password: 'Correct-horse-1',
      UserAttributes: [{ Name: 'email', Value: 'evil@example.com' }],
    }),
  );
  expect(await fixture.code('.._.._.._evil')).toMatch(/^\d{6}$/);
});
