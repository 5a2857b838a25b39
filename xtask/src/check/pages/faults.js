// What is wrong with the layout of the page that is shown, as a list of texts. `print` says that nothing can be scrolled.
(print => {
  const found = [];
  const name = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') +
    (typeof e.className === 'string' && e.className ? '.' + e.className.split(' ')[0] : '') +
    ' "' + (e.textContent || '').trim().slice(0, 30) + '"';
  const root = document.documentElement;
  const seen = e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0; };
  if (root.scrollWidth > innerWidth) found.push(`wider than the screen: ${root.scrollWidth} of ${innerWidth} pixels`);

  // Text that a box cuts, or that a printer does not reach.
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg') || !seen(e)) continue;
    const style = getComputedStyle(e);
    const cuts = [style.overflowX, style.overflowY].some(v => v === 'hidden' || v === 'clip');
    if (cuts && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)) found.push(`cut: ${name(e)}`);
    if (print && ['auto', 'scroll'].includes(style.overflowX) && e.scrollWidth > e.clientWidth + 1)
      found.push(`not printed whole: ${name(e)}`);
  }
  // On a phone a table has its rows one below the other; only a matrix scrolls. Letters are not small there.
  if (!print && innerWidth < 500) {
    for (const e of document.querySelectorAll('table:not(.confusion)'))
      if (seen(e) && e.scrollWidth > e.parentElement.clientWidth + 1) found.push(`table wider than the screen: ${name(e)}`);
    for (const e of document.querySelectorAll('body *'))
      if (seen(e) && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && parseFloat(getComputedStyle(e).fontSize) < 12)
        found.push(`letters of ${getComputedStyle(e).fontSize}: ${name(e)}`);
  }
  const texts = [...document.querySelectorAll('svg text')].filter(seen);
  for (const t of texts) {
    const [r, s] = [t.getBoundingClientRect(), t.ownerSVGElement.getBoundingClientRect()];
    if (r.left < s.left - 1 || r.right > s.right + 1 || r.top < s.top - 1 || r.bottom > s.bottom + 1)
      found.push(`outside of its picture: ${name(t)}`);
  }

  // Names in pictures that lie upon each other.
  const labels = texts.map(t => [t, t.getBoundingClientRect()]);
  labels.forEach(([t, a], i) => labels.slice(0, i).forEach(([u, b]) => {
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
      found.push(`overlap: ${name(t)} and ${name(u)}`);
  }));

  // Contrast of text with what is behind it: 4.5, or 3 for large letters (WCAG 2, AA). The canvas knows all notations.
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const colour = text => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const d = context.getImageData(0, 0, 1, 1).data;
    return [d[0], d[1], d[2], d[3] / 255];
  };
  const over = (top, below, opacity) => below.map((v, i) => v + (top[i] - v) * top[3] * opacity).slice(0, 3);
  const light = c => {
    const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const paper = e => {
    const chain = [];
    for (; e; e = e.parentElement) chain.unshift(e);
    const canvas = getComputedStyle(root).colorScheme.includes('dark') && matchMedia('(prefers-color-scheme:dark)').matches;
    return chain.reduce((below, e) => over(colour(getComputedStyle(e).backgroundColor), below, 1), canvas ? [18, 18, 18] : [255, 255, 255]);
  };
  const behind = text => {
    const r = text.getBoundingClientRect();
    const [x, y] = [(r.left + r.right) / 2, (r.top + r.bottom) / 2];
    const boxes = [...text.ownerSVGElement.querySelectorAll('rect')].filter(box => {
      const b = box.getBoundingClientRect();
      return b.left <= x && x <= b.right && b.top <= y && y <= b.bottom && (box.compareDocumentPosition(text) & 4);
    });
    return boxes.reduce((below, box) => {
      const style = getComputedStyle(box);
      return style.fill === 'none' || style.fill.startsWith('url') ? below : over(colour(style.fill), below, style.fillOpacity * style.opacity);
    }, paper(text.ownerSVGElement));
  };
  const poor = new Set();
  const judge = (e, ink, ground, style) => {
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
    const found = contrast(over(ink, ground, 1), ground);
    if (found < (large ? 3 : 4.5)) poor.add(`contrast ${found.toFixed(1)}: ${name(e)}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !seen(e) || e.closest('svg') || ['SCRIPT', 'STYLE'].includes(e.tagName)) continue;
    const style = getComputedStyle(e);
    if (style.visibility !== 'hidden') judge(e, colour(style.color), paper(e), style);
  }
  for (const t of texts) judge(t, colour(getComputedStyle(t).fill), behind(t), getComputedStyle(t));
  found.push(...poor);

  // Notes are not larger than what they are a note on, also where paper has sizes of its own.
  const sizeOf = e => parseFloat(getComputedStyle(e).fontSize);
  for (const e of document.querySelectorAll('.quiet'))
    if (seen(e) && sizeOf(e) > sizeOf(e.parentElement) + 0.1) found.push(`larger than the text around it: ${name(e)}`);

  // What can be scrolled or pointed at can be reached with the keyboard.
  for (const e of document.querySelectorAll('.scroll, g.buffer'))
    if (seen(e) && e.tabIndex < 0) found.push(`not reached with the keyboard: ${name(e)}`);
  return found;
})
