import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** ms for which a secret is used without asking again, so that a new one counts soon */
const lifetime = 5 * 60_000;

/** A value that is made from a secret, and made anew when the secret may have changed. */
export interface FromSecret<T> {
  get(): Promise<T>;
}

/** @param options.make @throws Error, one sentence, when the secret is not what it should be */
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
      // The same value keeps what was made of it, for instance a token that is still good.
      const made = known?.text === text ? known.made : make(parse(text, name));
      known = { text, made, until: now() + lifetime };
      return made;
    },
  };
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the text: it must not get into the log.
    throw new Error(`unable to use the secret ${name}; it is not JSON`);
  }
}
