// Opens the hub's page in Chromium and reads it as a user sees it.

import { chromium } from 'playwright-core';
import { until } from './until.js';

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--no-first-run', '--no-default-browser-check',
];

export const launch = (more = []) => chromium.launch({ executablePath: process.env.LONGWAVE_CHROMIUM ?? '/usr/bin/chromium', args: [...ARGUMENTS, ...more] });

/**
 * Opens a new page without stored state. `troubles` collects what must never happen: dialogs, exceptions, violations of the content
 * security policy, requests to servers other than the hub.
 */
export async function newPage(browser, hub, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const troubles = [];
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('pageerror', (error) => troubles.push(`exception: ${error.stack}`));
  page.on('console', (message) => {
    // The browser logs an error when the hub is stopped; ignore it.
    if (['error', 'warning'].includes(message.type()) && !/net::ERR_|the server responded with a status/.test(message.text())) {
      troubles.push(`console: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${hub.url}/`)) {
      troubles.push(`request: ${request.url()}`);
    }
  });
  return { page, troubles };
}

export const option = (page, topic) => page.locator(`#topic-list [data-selector="${topic}"]`);

export const isLive = (page) => page.locator('#state[data-state=live]').waitFor();

/** Opens the page subscribed to `topics` and waits for the stream. */
export async function listen(page, hub, ...topics) {
  await page.goto(`${hub.url}/?${topics.map((topic) => `topic=${encodeURIComponent(topic)}`).join('&')}`);
  await isLive(page);
}

/** Returns the data of the rows, oldest first. */
export const shown = async (page) => (await page.locator('#rows > .row .data').allInnerTexts()).reverse();

/** Waits until exactly these rows are displayed, oldest first. */
export const untilShown = (page, expected) => untilSame(`the rows ${expected}`, () => shown(page), expected);

export async function untilSame(what, read, expected) {
  let last;
  await until(what, async () => JSON.stringify(last = await read()) === JSON.stringify(expected)).catch((error) => {
    throw new Error(`${error.message}; last seen: ${JSON.stringify(last)}`);
  });
}

export const notices = (page, kind) => page.locator(`#rows > .notice[data-kind=${kind}]`);
