import { put } from 'broadcast';

export async function handler({ pathParameters: { room }, body }) {
  await put('Said', { room, text: JSON.parse(body).text });
  return { statusCode: 202, headers: { 'content-type': 'application/json' }, body: '{}' };
}
