// Names of selectors and the chips of the subscribed ones.

import { appendVisible, button, element } from './text.js';

export const ANY = '*';

/** How the page names a selector. */
export const nameOf = (selector) => (selector === ANY ? 'all topics' : selector);

/** Whether a selector can match several topics. */
export const isPattern = (selector) => selector === ANY || selector.includes('{');

let drawn = '';

/**
 * Shows the selectors, each with a button that removes it. Draws them again only when they change, because a button may have the focus.
 * @param {ReadonlyMap<string, string>} rejected Why the hub rejects a selector, for those that it rejects.
 */
export function drawChips(selectors, rejected, onRemove) {
  const meaning = JSON.stringify([selectors, [...rejected]]);
  if (meaning === drawn) {
    return;
  }

  drawn = meaning;
  const chips = document.getElementById('chips');
  chips.replaceChildren(...selectors.map((selector) => chip(selector, rejected.get(selector), () => {
    onRemove(selector);
    (chips.querySelector('button') ?? document.getElementById('feed')).focus();
  })));
}

function chip(selector, reason, onRemove) {
  const item = element('li', 'chip');
  const name = element('bdi');
  appendVisible(name, nameOf(selector));
  item.append(name);
  if (reason !== undefined) {
    item.classList.add('rejected');
    item.title = reason;
    item.append(element('span', 'unseen', 'rejected'));
  }

  const remove = button('×', onRemove);
  remove.setAttribute('aria-label', `Unsubscribe from ${nameOf(selector)}`);
  item.append(remove);
  return item;
}
