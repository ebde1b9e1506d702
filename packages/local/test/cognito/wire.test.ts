import { AssociateSoftwareTokenCommand, SignUpCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from './fixture.ts';
import { refusal } from './people.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ pools: ['People'] });
});
afterAll(() => world.stop());

async function post(operation: string, body: string) {
  const response = await fetch(world.endpoint, {
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
  test('stands in the header and in __type, as JSON 1.1', async () => {
    const { status, headers, answer } = await post('InitiateAuth', JSON.stringify({ ClientId: 'x', AuthFlow: 'x' }));
    expect(status).toBe(400);
    expect(headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException:');
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(answer).toEqual({
      __type: 'ResourceNotFoundException',
      message: 'User pool client x does not exist.',
    });
  });

  test('of an operation that is not built is UnknownOperationException', async () => {
    expect(await refusal(world.sdk().send(new AssociateSoftwareTokenCommand({})))).toMatchObject({
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

  test('names the member that breaks a bound', async () => {
    const make = (Username: string) =>
      refusal(world.sdk().send(new SignUpCommand({ ClientId: world.web, Username, Password: 'Correct-horse-1' })));
    expect(await make('x'.repeat(129))).toEqual({
      name: 'InvalidParameterException',
      message:
        "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must have length less than or equal to 128",
    });
    expect(await make('two words')).toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('Member must satisfy regular expression pattern'),
    });
    expect((await post('SignUp', JSON.stringify({ ClientId: world.web, Username: 'x' }))).answer).toEqual({
      __type: 'InvalidParameterException',
      message:
        "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null",
    });
  });

  test('for a body beyond a megabyte is 413, and the service goes on', async () => {
    const { status } = await post('SignUp', 'x'.repeat(1024 * 1024 + 1));
    expect(status).toBe(413);
    expect((await post('SignUp', '{}')).status).toBe(400);
  });
});

describe('a browser', () => {
  test('of any origin may call, after asking', async () => {
    const asked = await fetch(world.endpoint, {
      method: 'OPTIONS',
      headers: { origin: 'http://example.com', 'access-control-request-headers': 'content-type,x-amz-target' },
    });
    expect(asked.status).toBe(200);
    expect(asked.headers.get('access-control-allow-origin')).toBe('*');
    expect(asked.headers.get('access-control-allow-headers')).toBe('content-type,x-amz-target');
    const { headers } = await post('SignUp', '{}');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-expose-headers')).toContain('x-amzn-ErrorType');
    const keys = await fetch(`${world.issuer}/.well-known/jwks.json`);
    expect(keys.headers.get('access-control-allow-origin')).toBe('*');
  });

  test('finds nothing at other addresses', async () => {
    expect((await fetch(`${world.endpoint}/elsewhere`)).status).toBe(404);
    expect((await fetch(`${world.endpoint}/us-east-1_none/.well-known/jwks.json`)).status).toBe(400);
  });
});

test('a user name that looks like a path leaves the mail folder alone and still signs up', async () => {
  const Username = '../../../evil';
  await world.sdk().send(
    new SignUpCommand({
      ClientId: world.web,
      Username,
      Password: 'Correct-horse-1',
      UserAttributes: [{ Name: 'email', Value: 'evil@example.com' }],
    }),
  );
  expect(await world.code('.._.._.._evil')).toMatch(/^\d{6}$/);
});
