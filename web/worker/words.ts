/** What the page and its worker say to each other. */

/** A message that somebody is to hear of. */
export interface News {
  /** Whose it is: several people may be signed in with this browser. */
  readonly user: string;
  readonly conversation: string;
  readonly title: string;
  readonly body: string;
}

/** The worker asks a page, which answers true or false over the port: is this to be seen there; or: is this user there? Then show it. */
export interface Question {
  readonly ask: 'shows' | 'open';
  readonly user: string;
  readonly conversation: string;
}

/** A place in the browser's store of files that outlives versions of the page: `config.json` as it was last, and whom pushes are for. */
export const kept = { cache: 'parley-kept', config: '/config.json', owner: '/owner' } as const;
