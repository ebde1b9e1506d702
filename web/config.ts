/** What the page has to know of its deployment: `config.json`, which the stack writes beside it. */
export interface Config {
  /** Address of Cognito. */
  readonly cognito: string;
  /** The user pool client that signs people in. */
  readonly clientId: string;
}

/** @throws Error, one sentence */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json');
  if (!response.ok) throw new Error(`unable to load config.json; the server answered ${response.status}`);
  return response.json();
}
