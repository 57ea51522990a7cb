// Tests accessibility by rules: names, roles, structure, contrast (WCAG 2.2 AA), sizes, motion.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, newPage } from './setup/browser.js';
import { contrastFailures } from './setup/contrast.js';
import { Hub } from './setup/hub.js';

let hub;
let browser;
before(async () => {
  hub = await Hub.start({ ENGINE__DRAINWINDOW: '00:00:00' });
  browser = await launch();
  await hub.publish('a11y/json', '{"name":"text","number":1,"nothing":null}', { type: 'tick', contentType: 'application/json' });
  await hub.publish('a11y/text', 'line one\nline two \u202e');
});
after(async () => {
  await browser?.close();
  await hub?.dispose();
});

/** Opens the page with every element visible: rows, an open row, notices, the response of a publish, the code. */
async function fullPage(options) {
  const { page } = await newPage(browser, hub, options);
  await page.goto(`${hub.url}/?topic=${encodeURIComponent('a11y/{x}')}&since=earliest`);
  await page.locator('#rows .row').nth(1).waitFor();
  const isNarrow = await page.locator('#dock-topics').isVisible();
  if (isNarrow) {
    await page.locator('#dock-topics').click();
  }

  await page.locator('#topic-list [data-selector="a11y/json"]').click();
  await page.locator('#state[data-state=live]').waitFor();
  await page.locator('#publish-topic').fill('*');
  await page.locator('#publish-send').click();
  await page.locator('#publish-answer[data-kind=problem]').waitFor();
  if (isNarrow) {
    await page.locator('#sheet-close').click();
  }

  await page.locator('#pause').click();
  await page.locator('#code summary').click();
  await page.locator('#rows .row .line').last().click();
  await page.locator('#detail pre').waitFor();
  return page;
}

test('every control has a name and a role, ids are unique, headings form an outline', async () => {
  const page = await fullPage();
  const found = await page.evaluate(() => {
    const visible = (element) => element.checkVisibility();
    const label = (element) => (element.getAttribute('aria-label')
      ?? (element.labels?.length ? [...element.labels].map((one) => one.textContent).join(' ') : element.textContent)).trim();
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
    return {
      nameless: [...document.querySelectorAll('button, input, select, textarea, summary, a, [role=option], [tabindex="0"]')]
        .filter((element) => visible(element) && label(element) === '').map((element) => element.outerHTML),
      doubled: ids.filter((id, i) => ids.indexOf(id) !== i),
      dangling: [...document.querySelectorAll('[aria-labelledby], [aria-describedby], label[for]')]
        .flatMap((element) => [element.getAttribute('aria-labelledby'), element.getAttribute('aria-describedby'), element.getAttribute('for')])
        .flatMap((ids) => (ids ?? '').split(' ')).filter((id) => id && !document.getElementById(id)),
      ahead: [...document.querySelectorAll('[tabindex]')].filter((element) => element.tabIndex > 0).length,
      headings: [...document.querySelectorAll('h1, h2, h3')].filter(visible).map((heading) => heading.localName),
      language: document.documentElement.lang,
      mains: document.querySelectorAll('main').length,
      live: [...document.querySelectorAll('[role=status]')].map((element) => element.id),
      options: document.querySelectorAll('[role=listbox] > :not([role=option])').length,
      unselected: document.querySelectorAll('[role=option]:not([aria-selected])').length,
      inline: document.querySelectorAll('[style], [onclick]').length,
    };
  });
  assert.deepEqual(found, {
    nameless: [], doubled: [], dangling: [], ahead: 0, headings: ['h1', 'h2', 'h2', 'h2', 'h3'], language: 'en', mains: 1,
    live: ['announcement', 'publish-answer'], options: 0, unselected: 0, inline: 0,
  });
  await page.context().close();
});

test('the accessibility tree contains the named parts of the page', async () => {
  const page = await fullPage();
  await page.getByRole('main', { name: 'Events' }).waitFor();
  await page.getByRole('search', { name: 'Topics' }).waitFor();
  await page.getByRole('listbox', { name: 'Topics' }).waitFor();
  await page.getByRole('option', { name: /a11y\/json/, selected: true }).waitFor();
  await page.getByRole('textbox', { name: 'Data' }).waitFor();
  await page.getByRole('combobox', { name: 'Show from' }).waitFor();
  await page.getByRole('search', { name: 'Events' }).waitFor();
  await page.getByRole('list', { name: 'Events, newest first' }).waitFor();
  await page.getByRole('button', { name: /a11y\/text/, expanded: true }).or(page.getByRole('button', { name: /a11y\/json/, expanded: true })).waitFor();
  await page.getByRole('complementary', { name: /^Event \d+$/ }).waitFor();
  await page.getByRole('button', { name: 'Resume', pressed: true }).waitFor();
  await page.getByRole('img', { name: /^Events per second in the last minute: now/ }).waitFor();
  await page.context().close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`contrast of all text is 4.5 : 1 or more, of controls 3 : 1 (${colorScheme})`, async () => {
    const page = await fullPage({ colorScheme, reducedMotion: 'reduce' });
    assert.deepEqual(await contrastFailures(page), []);

    // Each kind of notice and each state has its own colours.
    await page.evaluate(() => {
      for (const kind of ['gap', 'reset', 'reconnect', 'resumed', 'skipped']) {
        const notice = document.createElement('li');
        notice.className = 'notice';
        notice.dataset.kind = kind;
        notice.append(Object.assign(document.createElement('span'), { textContent: kind }));
        document.getElementById('rows').prepend(notice);
      }
    });
    for (const state of ['idle', 'connecting', 'waiting', 'refused', 'down', 'live']) {
      await page.evaluate((name) => { document.getElementById('state').dataset.state = name; }, state);
      assert.deepEqual(await contrastFailures(page), [], state);
    }

    await page.context().close();
  });
}

test('a phone: nothing is wider than the screen, and touch targets are large enough', async () => {
  const page = await fullPage({ viewport: { width: 360, height: 740 }, hasTouch: true });
  const found = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    small: [...document.querySelectorAll('button, input, select, textarea, summary, [role=option]')]
      .filter((element) => element.checkVisibility())
      .map((element) => [element.outerHTML.slice(0, 60), element.getBoundingClientRect()])
      .filter(([, box]) => box.width > 1 && (box.width < 24 || box.height < 24)).map(([name]) => name),
    zooming: [...document.querySelectorAll('input, textarea, select')].filter((element) => parseFloat(getComputedStyle(element).fontSize) < 15).map((element) => element.id),
  }));
  assert.deepEqual(found, { overflow: 0, small: [], zooming: [] });
  await page.context().close();
});

test('a phone and a hub without events: nothing is cut off', async () => {
  const empty = await Hub.start();
  const { page } = await newPage(browser, empty, { viewport: { width: 360, height: 740 } });
  await page.goto(empty.url);
  await page.getByText('This hub has no events yet').waitFor();
  const outside = await page.locator('main *').evaluateAll((all) => all
    .filter((element) => element.checkVisibility() && !element.matches('#snippets *') && element.getBoundingClientRect().right > innerWidth)
    .map((element) => element.outerHTML.slice(0, 80)));
  assert.deepEqual(outside, []);
  await page.context().close();
  await empty.dispose();
});

test('text at 200 % stays usable', async () => {
  const page = await fullPage({ viewport: { width: 640, height: 480 } });
  await page.evaluate(() => { document.documentElement.style.fontSize = '32px'; });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth) <= 0);
  await page.context().close();
});

test('reduced motion: nothing moves', async () => {
  const page = await fullPage({ reducedMotion: 'reduce' });
  await page.keyboard.press('Escape');
  await page.locator('#pause').click();
  await hub.publish('a11y/text', 'moves not');
  await page.locator('#rows .row.new').first().waitFor();
  assert.deepEqual(await page.evaluate(() => document.getAnimations().map((animation) => animation.animationName)), []);
  await page.context().close();
});

test('the state of the stream is announced once per change, not once per second', async () => {
  const { page } = await newPage(browser, hub);
  await page.goto(`${hub.url}/?topic=a11y/text`);
  const said = page.locator('#announcement');
  await said.getByText('Live', { exact: true }).waitFor();
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => window.said.push(document.getElementById('announcement').textContent))
      .observe(document.getElementById('announcement'), { childList: true, characterData: true, subtree: true });
  });
  await hub.stop('SIGKILL');
  await page.locator('#state[data-state=waiting]').waitFor();
  await page.getByText('Reconnecting in 1 s').waitFor();
  await hub.run();
  await page.locator('#state[data-state=live]').waitFor();
  const heard = await page.evaluate(() => window.said);
  assert.ok(heard.length >= 2 && heard.length <= 6, heard.join(' | '));
  assert.match(heard.at(-1), /^Live, resumed at /);
  await page.context().close();
});
