/** How much is unread: in the tab's title and picture, and on the icon of an installed page. */
export function showCount(count: number): void {
  document.title = count > 0 ? `(${count > 99 ? '99+' : count}) Parley` : 'Parley';
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const picture = count > 0 ? '/icon-unread.svg' : '/icon.svg';
  if (icon && icon.getAttribute('href') !== picture) icon.href = picture;
  if ('setAppBadge' in navigator) navigator.setAppBadge(count).catch(() => {});
}
