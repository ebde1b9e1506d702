/**
 * The files among what is pasted. Spreadsheets and word processors put a picture of the text beside it: then the text is meant. A picture that is
 * copied from a page comes with HTML as well, but without a text; and a copied file comes with its name as a text, but without HTML.
 */
export function pastedFiles(pasted: DataTransfer | null): readonly File[] {
  const isText = pasted?.types.includes('text/html') && pasted.getData('text/plain').trim() !== '';
  return isText ? [] : [...(pasted?.files ?? [])];
}
