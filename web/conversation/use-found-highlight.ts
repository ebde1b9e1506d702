import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { findWords, wordsOf } from './found-words.ts';

/** The name in `::highlight(found)` of thread-search.css. */
const name = 'found';
/** What has words that can be found: messages, and the results of the search. */
const texts = '.message-text, .search-result-text';

/**
 * Marks the words of a search in the texts of a conversation, without changing its elements. Browsers without highlights mark nothing.
 * @param inside an element of the conversation
 */
export function useFoundHighlight(inside: RefObject<HTMLElement | null>, query: string): void {
  useEffect(() => {
    const root = inside.current?.closest('.conversation-and-details');
    const words = wordsOf(query);
    if (!root || words.length === 0 || !('highlights' in CSS)) return;
    let frame = 0;
    const mark = () => {
      frame = 0;
      CSS.highlights.set(
        name,
        new Highlight(...[...root.querySelectorAll(texts)].flatMap((text) => rangesIn(text, words))),
      );
    };
    mark();
    // Messages come, go and change.
    const observer = new MutationObserver(() => {
      frame ||= requestAnimationFrame(mark);
    });
    observer.observe(root, { childList: true, subtree: true, characterData: true });
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      CSS.highlights.delete(name);
    };
  }, [inside, query]);
}

/** A word may begin in one text node and end in another, for example in a link. */
function rangesIn(element: Element, words: readonly string[]): readonly Range[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: { readonly node: Node; readonly start: number }[] = [];
  let text = '';
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    nodes.push({ node, start: text.length });
    text += node.textContent;
  }
  return findWords(text, words).map(({ start, end }) => {
    const range = document.createRange();
    const first = nodes.findLast((one) => one.start <= start);
    const last = nodes.findLast((one) => one.start < end);
    if (first) range.setStart(first.node, start - first.start);
    if (last) range.setEnd(last.node, end - last.start);
    return range;
  });
}
