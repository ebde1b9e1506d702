/** What the server calls a message without text in a push, in English, and what it is in the language of the page on this device. */
export type PushWords = Readonly<Record<'Photo' | 'Video' | 'Voice message', string>>;

/** Behind the name of the author, in a room or group. */
const worded = /^(.*: )?(Photo|Video|Voice message)$/su;

export function inWords(body: string, words: Partial<PushWords>): string {
  return body.replace(worded, (_, by = '', what: keyof PushWords) => `${by}${words[what] ?? what}`);
}
