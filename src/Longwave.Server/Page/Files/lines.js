// Lines out of a stream of bytes (NDJSON), each handed on as soon as its line end is there.

/** Far above what one event can be; a line that is longer means that something else than a hub answers. */
const MAX_LINE_LENGTH = 512 * 1024 * 1024;

/**
 * Reads lines until the stream ends. The last line counts only when it has its line end: what was cut off is not an event.
 * @param {ReadableStream<Uint8Array>} body
 * @param {(line: string) => void} onLine
 * @param {() => void} onBytes Called for every chunk.
 */
export async function readLines(body, onLine, onBytes) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let pieces = [];
  let length = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }

    onBytes();
    let from = 0;
    for (let end = value.indexOf('\n'); end >= 0; end = value.indexOf('\n', from)) {
      pieces.push(value.slice(from, end));
      const line = pieces.length === 1 ? pieces[0] : pieces.join('');
      [pieces, length] = [[], 0];
      from = end + 1;
      if (line.trim() !== '') {
        onLine(line);
      }
    }

    if (from < value.length) {
      pieces.push(value.slice(from));
      length += value.length - from;
      if (length > MAX_LINE_LENGTH) {
        throw new Error('a line without end');
      }
    }
  }
}
