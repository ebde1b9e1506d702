import { expect } from 'vitest';
import type { Person } from '../support/person.ts';

/** What is announced about a file before its upload. */
export interface About {
  readonly filename: string;
  readonly content_type: string;
  readonly width?: number;
  readonly height?: number;
}

/** Sends a file over HTTP. */
export async function sendFile(by: Person, to: string, about: About, file: Buffer, message?: string): Promise<void> {
  const path = `/conversations/${encodeURIComponent(to)}`;
  const { status, body } = await by.post(`${path}/attachments`, { ...about, size: file.length });
  expect(status).toBe(201);
  const form = new FormData();
  for (const [name, value] of Object.entries<string>(body.fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(file)]), about.filename);
  expect((await fetch(body.url, { method: 'POST', body: form })).status).toBe(204);
  expect((await by.post(`${path}/messages`, { message, attachments: [body.id] })).status).toBe(201);
}
