/** `@parley/client/text`: the server's rules for texts, for fields that say at once what the server will say. */
export { cleanName, cleanText } from './rules/clean-text.ts';
export { fold } from './rules/fold.ts';
export { limits } from './rules/limits.ts';
export { typedMention, type WrittenMention, writtenMentions } from './rules/mentions.ts';
