import { sign } from './secret.js';

export async function handler({ queryStringParameters: { token }, methodArn }) {
  const [name, signature] = token.split('.');
  if (signature !== (await sign(name))) throw new Error('Unauthorized');
  return {
    principalId: name,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
    },
    context: { name },
  };
}
