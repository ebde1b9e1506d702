/** `@parley/client/personal-data`: takes the place and other personal data out of a picture before it is uploaded. */
export { mayHavePersonalData, withoutPersonalData } from './rules/personal-data.ts';
