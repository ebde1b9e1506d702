/** What the page has to know of its deployment: `config.json`, which the stack writes beside it. */
export type Config =
  | {
      /** Address of Cognito. */
      readonly cognito: string;
      /** The user pool client that signs people in. */
      readonly clientId: string;
    }
  | {
      /** An OpenID Connect issuer that the deployer brought. */
      readonly issuer: string;
      /** Accepted clients; the page is the first. */
      readonly audience: readonly string[];
    };

/** @throws Error, one sentence */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json').catch(() => {
    throw new Error('The server cannot be reached. Check your connection and load this page again.');
  });
  if (!response.ok) throw new Error(`unable to load config.json; the server answered ${response.status}`);
  return response.json();
}

/** Is this the runtime on somebody's own machine? Its mail is a file, and its demo people are for everybody. */
export function isLocal(config: Config): boolean {
  if (!('cognito' in config)) return false;
  const { origin, hostname } = new URL(config.cognito, location.href);
  return origin === location.origin || /^(localhost|127\.|\[::1\])/.test(hostname);
}
