import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** A new secret is used after this time at the latest. */
const lifetimeMs = 5 * 60_000;

/** A value that is made from a secret. It is made again after the secret has changed. */
export interface FromSecret<T> {
  get(): Promise<T>;
}

/** @param options.make throws an Error of one sentence when the secret has another shape */
export function fromSecret<T>(options: {
  client: SecretsManagerClient;
  name: string;
  now: () => number;
  make: (value: unknown) => T;
}): FromSecret<T> {
  const { client, name, now, make } = options;
  let known: { readonly text: string; readonly made: T; readonly until: number } | undefined;
  return {
    async get() {
      if (known && now() < known.until) return known.made;
      const { SecretString: text = '' } = await client.send(new GetSecretValueCommand({ SecretId: name }));
      // An unchanged secret keeps its value, which may hold a token that is still valid.
      const made = known?.text === text ? known.made : make(parse(text, name));
      known = { text, made, until: now() + lifetimeMs };
      return made;
    },
  };
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The text itself must not get into the log.
    throw new Error(`unable to use the secret ${name}; it is not JSON`);
  }
}
