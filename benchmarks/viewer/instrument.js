// Runs in the page before anything else, in both viewers alike; times are milliseconds from the
// start of the navigation. A canvas counts once it shows more than a few grey levels: Cornerstone
// says "rendered" of blank viewports, too.
(() => {
  if (window !== window.top) return;
  const SIDE = 48, GREYS = 12, LEAST_PX = 150, EVERY_MS = 30;
  const small = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true });
  const seen = { first: null, planes: null, changed: null, longTasks: [], samplingMs: 0 };
  const frames = new Map(), resources = [], hashes = new WeakMap();
  const FRAME = /series\/([\d.]+)\/instances\/([\d.]+)\/frames\/(\d+)/;

  performance.setResourceTimingBufferSize(20000);
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    resources.push([entry.name, entry.initiatorType, entry.startTime, entry.responseStart, entry.responseEnd, entry.transferSize, entry.decodedBodySize]);
    const frame = FRAME.exec(entry.name);
    if (!frame) return;
    if (!frames.has(frame[1])) frames.set(frame[1], new Map());
    frames.get(frame[1]).set(`${frame[2]}/${frame[3]}`, entry.responseEnd);
  })).observe({ type: 'resource', buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => seen.longTasks.push([entry.startTime, entry.duration]))).observe({ type: 'longtask', buffered: true });

  function look(canvas) {
    small.clearRect(0, 0, SIDE, SIDE);
    small.drawImage(canvas, 0, 0, SIDE, SIDE);
    const { data } = small.getImageData(0, 0, SIDE, SIDE);
    const greys = new Set();
    let hash = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3]) greys.add(data[at]);
      hash = (hash * 31 + data[at]) | 0;
    }
    if (hashes.get(canvas) !== hash && greys.size > GREYS) seen.changed = performance.now();
    hashes.set(canvas, hash);
    return greys.size > GREYS;
  }

  let last = 0;
  function tick() {
    requestAnimationFrame(tick);
    const now = performance.now();
    if (now - last < EVERY_MS) return;
    const drawn = [...document.querySelectorAll('canvas')].filter((one) => one.width && one.clientWidth >= LEAST_PX && one.clientHeight >= LEAST_PX && one.checkVisibility()).filter(look).length;
    if (drawn >= 1) seen.first ??= now;
    if (drawn >= 3) seen.planes ??= now;
    last = performance.now();
    seen.samplingMs += last - now;
  }
  requestAnimationFrame(tick);

  window.benchmark = {
    now: () => ({ first: seen.first, planes: seen.planes, changed: seen.changed, now: performance.now(), frames: [...frames.values()].map((ends) => ({ count: ends.size, last: Math.max(...ends.values()) })) }),
    whole: () => ({ longTasks: seen.longTasks, samplingMs: seen.samplingMs, resources, navigation: performance.getEntriesByType('navigation')[0]?.toJSON() }),
  };
})();
