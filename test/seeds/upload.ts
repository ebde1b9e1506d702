import { expect } from 'vitest';
import type { Answer, Person } from '../support/person.ts';

/** A picture of one pixel. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** The media type for the end of a file's name, as browsers give it. */
const types: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  txt: 'text/plain',
  webm: 'audio/webm',
};

/** Asks for the form of this file at a path of the web host. */
export function askForm(person: Person, path: string, filename: string, file: Uint8Array): Promise<Answer> {
  const contentType = types[filename.split('.').at(-1) ?? ''];
  return person.post(`${person.outputs.WebUrl}${path}`, { filename, content_type: contentType, size: file.length });
}

/** Uploads a file with a form that is asked for at this path. @returns its id */
export async function upload(person: Person, path: string, filename: string, file: Uint8Array): Promise<string> {
  const { status, body } = await askForm(person, path, filename, file);
  expect(status).toBe(201);
  const data = new FormData();
  for (const [name, value] of Object.entries<string>(body.fields)) data.append(name, value);
  data.append('file', new Blob([new Uint8Array(file)]), filename);
  expect((await fetch(body.url, { method: 'POST', body: data })).status).toBe(204);
  return body.id;
}

/** The bytes behind an address. */
export async function bytesAt(address: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(address)).arrayBuffer());
}
