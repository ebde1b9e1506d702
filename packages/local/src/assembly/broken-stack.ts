/** The template or the cloud assembly cannot be served; the message is one sentence for the person who wrote it. */
export class BrokenStack extends Error {
  override readonly name = 'BrokenStack';
}
