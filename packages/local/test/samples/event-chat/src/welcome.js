import { sign } from './secret.js';

export async function handler({ queryStringParameters: { name } }) {
  return { token: `${name}.${await sign(name)}` };
}
