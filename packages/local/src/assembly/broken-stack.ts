/** The template or the cloud assembly cannot be served. The message is one sentence for its author. */
export class BrokenStack extends Error {
  override readonly name = 'BrokenStack';
}
