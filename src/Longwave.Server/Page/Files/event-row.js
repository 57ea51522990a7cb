// One event as a row of the list: a button that opens its details.

import { appendPreview, appendVisible, element } from './text.js';
import { offsetOf } from './longwave.js';

const PREVIEW_LENGTH = 400;

const two = (number) => String(number).padStart(2, '0');
const days = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });

/** Creates the row of an event. */
export function eventRow(event) {
  const row = element('li', 'row');
  const line = element('button', 'line');
  line.type = 'button';
  line.tabIndex = -1;
  line.setAttribute('aria-expanded', 'false');
  line.setAttribute('aria-controls', 'detail');
  line.append(timeOf(event.time), bdi('topic', event.topic), typeOf(event), preview(event.data), positionOf(event.id));
  row.append(line);
  return row;
}

function timeOf(text) {
  const time = new Date(text);
  const made = element('time', 'time');
  made.dateTime = text;
  made.title = text;
  const today = time.toDateString() === new Date().toDateString();
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  made.append(today ? clock : `${days.format(time)} ${clock}`, element('small', '', `.${String(time.getMilliseconds()).padStart(3, '0')}`));
  return made;
}

/** `bdi` isolates text of unknown direction, so that it cannot reorder its neighbours. */
function bdi(className, text) {
  const made = element('bdi', className);
  appendVisible(made, text);
  made.title = text;
  return made;
}

function typeOf(event) {
  const cell = element('span', 'type');
  if (event.type !== undefined) {
    cell.append(bdi('tag', event.type));
  }

  return cell;
}

function preview(data) {
  const made = element('bdi', 'data');
  appendPreview(made, data, PREVIEW_LENGTH);
  return made;
}

function positionOf(id) {
  const made = element('span', 'position', offsetOf(id));
  made.title = id;
  return made;
}
