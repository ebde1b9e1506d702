/** The end of a picture's name, with its extension: the server takes 200 characters. */
export function pictureName(picture: Blob): string {
  return ((picture as Partial<File>).name ?? 'picture').slice(-200);
}
