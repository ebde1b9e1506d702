import { randomBytes } from 'node:crypto';
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Operated } from './connect.ts';

/** Somebody of the drill. */
export interface DrillPerson {
  readonly username: string;
  /** @throws Error unless the answer is a success */
  request(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** What the API answers, as far as the drill reads it. */
export interface Answer {
  readonly [name: string]: unknown;
}

/** Makes a confirmed account as an administrator does, and signs it in. The client has to allow USER_PASSWORD_AUTH. */
export async function makePerson({ cognito, outputs }: Operated, username: string): Promise<DrillPerson> {
  const { UserPoolId, UserPoolClientId: ClientId } = outputs;
  const Password = `Drill-${randomBytes(12).toString('base64url')}-7a`;
  await cognito.send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username: username,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: `${username}@example.com` },
        { Name: 'email_verified', Value: 'true' },
      ],
    }),
  );
  await cognito.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: username, Password, Permanent: true }));
  const { AuthenticationResult } = await cognito.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: username, PASSWORD: Password },
    }),
  );
  const authorization = `Bearer ${AuthenticationResult?.AccessToken}`;
  const person: DrillPerson = {
    username,
    async request(method, path, body) {
      const response = await fetch(`${outputs.HttpUrl}${path}`, {
        method,
        headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
      return text === '' ? {} : JSON.parse(text);
    },
  };
  // An account that an administrator has made is a user of the chat from its first request on.
  await person.request('GET', '/me');
  return person;
}

/** The smallest picture: a PNG of one pixel. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Uploads a file for a conversation. @returns its id */
export async function upload(person: DrillPerson, conversation: string, text: string): Promise<string> {
  const file = { filename: 'note.txt', content_type: 'text/plain', bytes: Buffer.from(text) };
  return post(person, `/conversations/${conversation}/attachments`, file);
}

/** Uploads a picture, and shows it: of a person (`/me`) or of a group. @param form where the form for it is asked for */
export async function showPicture(person: DrillPerson, form: string, path: string, field: string): Promise<void> {
  const id = await post(person, form, { filename: 'pixel.png', content_type: 'image/png', bytes: pixel });
  await person.request('PATCH', path, { [field]: id });
}

async function post(
  person: DrillPerson,
  path: string,
  { bytes, ...file }: { filename: string; content_type: string; bytes: Buffer<ArrayBuffer> },
): Promise<string> {
  const { id, url, fields } = await person.request('POST', path, { ...file, size: bytes.length });
  const form = new FormData();
  for (const [name, value] of Object.entries(Object(fields))) form.append(name, String(value));
  form.append('file', new Blob([bytes]), file.filename);
  const response = await fetch(String(url), { method: 'POST', body: form });
  if (!response.ok) throw new Error(`the upload was answered with ${response.status}: ${await response.text()}`);
  return String(id);
}
