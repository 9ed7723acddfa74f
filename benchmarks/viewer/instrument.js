// Runs in the page before anything else, in both viewers alike; times are milliseconds from the
// start of the navigation. A canvas counts once it shows more than a few grey levels: Cornerstone
// says "rendered" of blank viewports, too. Looking at a canvas is dear (it is read back from the
// graphics side), so only what was drawn into is looked at, and after the first image not often.
(() => {
  if (window !== window.top) return;
  const SIDE = 48, GREYS = 12, LEAST_PX = 150, EVERY_MS = 300;
  const small = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true });
  const seen = { first: null, planes: null, changed: null, longTasks: [], samplingMs: 0 };
  const frames = new Map(), resources = [], hashes = new WeakMap(), real = new Set(), dirty = new Set();
  const FRAME = /series\/([\d.]+)\/instances\/([\d.]+)\/frames\/([\d,]+)/;
  // NOCTIS asks for several at once.
  const BATCH = /series\/([\d.]+)\/pixeldata\?instance=([\d.,]+)/;

  // The tour that OHIF shows to whom it has not met.
  if (location.hostname === 'localhost') localStorage.setItem('shownTours', '["basicViewerTour"]');
  for (const name of ['drawImage', 'putImageData']) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...how) {
      dirty.add(this.canvas);
      return draw.apply(this, how);
    };
  }

  performance.setResourceTimingBufferSize(20000);
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    resources.push([entry.name, entry.initiatorType, entry.startTime, entry.responseStart, entry.responseEnd, entry.transferSize, entry.decodedBodySize]);
    const frame = FRAME.exec(entry.name);
    const batch = BATCH.exec(decodeURIComponent(entry.name));
    const came = frame ? frame[3].split(',').map((number) => `${frame[2]}/${number}`) : (batch?.[2].split(',') ?? []).map((uid) => `${uid}/1`);
    if (came.length === 0) return;
    const series = (frame ?? batch)[1];
    if (!frames.has(series)) frames.set(series, new Map());
    for (const one of came) frames.get(series).set(one, entry.responseEnd);
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

  const isShown = (canvas) => canvas.isConnected && canvas.clientWidth >= LEAST_PX && canvas.clientHeight >= LEAST_PX && canvas.checkVisibility();

  let last = 0;
  function tick() {
    requestAnimationFrame(tick);
    const now = performance.now();
    if (dirty.size === 0 || (seen.first !== null && now - last < EVERY_MS)) return;
    for (const canvas of [...dirty].filter(isShown)) {
      dirty.delete(canvas);
      if (look(canvas)) real.add(canvas);
    }
    if (real.size > 0) seen.first ??= now;
    if ([...real].filter(isShown).length >= 3) seen.planes ??= now;
    last = performance.now();
    seen.samplingMs += last - now;
  }
  requestAnimationFrame(tick);

  window.benchmark = {
    now: () => ({ first: seen.first, planes: seen.planes, changed: seen.changed, now: performance.now(), frames: [...frames.values()].map((ends) => ({ count: ends.size, last: Math.max(...ends.values()) })) }),
    whole: () => ({ longTasks: seen.longTasks, samplingMs: seen.samplingMs, resources, navigation: performance.getEntriesByType('navigation')[0]?.toJSON() }),
  };
})();
