// Measures contrast as WCAG 2 defines it, of visible text against its background, and of the edges of controls.

/** Returns the texts and controls whose contrast is too low, each with its ratio. */
export function contrastFailures(page) {
  return page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

    // The browser converts any colour notation to bytes.
    const parse = (color) => {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
      return { r, g, b, a: a / 255 };
    };
    const over = (top, below) => ({
      r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a), b: top.b * top.a + below.b * (1 - top.a), a: 1,
    });
    const ground = (element) => {
      const layers = [];
      for (let at = element; at; at = at.parentElement) {
        layers.push(parse(getComputedStyle(at).backgroundColor));
      }

      return layers.reduceRight((below, layer) => over(layer, below), { r: 255, g: 255, b: 255, a: 1 });
    };
    const opacity = (element) => {
      let all = 1;
      for (let at = element; at; at = at.parentElement) {
        all *= Number(getComputedStyle(at).opacity);
      }

      return all;
    };
    const luminance = ({ r, g, b }) => [r, g, b]
      .map((channel) => channel / 255)
      .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
      .reduce((sum, channel, i) => sum + channel * [0.2126, 0.7152, 0.0722][i], 0);
    const ratio = (a, b) => {
      const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
      return (light + 0.05) / (dark + 0.05);
    };
    const measure = (color, element, behind) => {
      const back = ground(behind);
      const front = parse(color);
      return ratio(over({ ...front, a: front.a * opacity(element) }, back), back);
    };

    const failures = [];
    const check = (name, value, least) => {
      if (value < least) {
        failures.push(`${name}: ${value.toFixed(2)}`);
      }
    };

    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      if (texts.currentNode.data.trim() !== '' && element.checkVisibility({ opacityProperty: true }) && !element.closest('noscript, option, :disabled')) {
        check(`${element.localName}.${element.className} "${texts.currentNode.data.slice(0, 20)}"`, measure(getComputedStyle(element).color, element, element), 4.5);
      }
    }

    for (const control of document.querySelectorAll('input, textarea, select, .box, button:not(.quiet, .chip button, :disabled)')) {
      if (control.checkVisibility()) {
        check(`edge of ${control.localName}#${control.id}`, measure(getComputedStyle(control).borderTopColor, control, control.parentElement), 3);
      }
    }

    for (const field of document.querySelectorAll('input[placeholder]')) {
      check(`placeholder of ${field.id}`, measure(getComputedStyle(field, '::placeholder').color, field, field), 4.5);
    }

    return failures;
  });
}
