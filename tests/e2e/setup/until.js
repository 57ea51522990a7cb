// Waits for conditions with a time limit and an explanatory error.

const LIMIT_MS = 60_000;
const STEP_MS = 25;

/** Resolves with the first truthy value of `condition`. */
export async function until(what, condition) {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }

    if (performance.now() > end) {
      throw new Error(`Timed out after ${LIMIT_MS / 1000} s waiting for ${what}`);
    }

    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
