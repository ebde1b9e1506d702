/** What the page and its service worker exchange. */

/** Page to worker: a notification to be shown. */
export interface MessageNotification {
  /** The recipient: several users may be signed in with this browser. */
  readonly user: string;
  readonly conversation: string;
  readonly title: string;
  readonly body: string;
}

/**
 * Worker to page, which answers with a boolean over the port. `shows`: does the page show this conversation to this user? `open`: does the page
 * belong to this user? If it does, it opens the conversation.
 */
export interface PageQuestion {
  readonly type: 'shows' | 'open';
  readonly user: string;
  readonly conversation: string;
}

/**
 * A cache that outlives versions of the page. It holds the last `config.json`, the name of the user whom pushes are for,
 * how this device notifies, and in which words.
 */
export const sharedCache = {
  name: 'parley-kept',
  config: '/config.json',
  owner: '/owner',
  settings: '/notify-settings',
  words: '/push-words',
} as const;
