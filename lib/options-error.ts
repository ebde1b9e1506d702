/** One sentence per option that is wrong, a line each. */
export class OptionsError extends Error {}
