/** What is done with a file before it is uploaded, in one script that is downloaded with the first file. */
export { announcedType } from './announced-type.ts';
export { cleanFile } from './clean-file.ts';
export { measure } from './measure.ts';
