/* The comic reader: pages, spreads, and panel by panel. Works from file://, keeps nothing but the reader's place. */
(function () {
  "use strict";
  var book = JSON.parse(document.getElementById("book").textContent);
  var root = document.documentElement;
  var stage = document.getElementById("stage");
  var figures = Array.prototype.slice.call(document.querySelectorAll(".page"));
  var slider = document.getElementById("slider");
  var where = document.getElementById("where");
  var said = document.getElementById("said");
  var dialog = document.getElementById("keys");
  var chooser = document.getElementById("language");
  var SVG = "http://www.w3.org/2000/svg";
  var VIEWS = ["page", "spread", "guided", "scroll"];
  var state = { view: book.strip ? "scroll" : "page", page: 0, step: 0, language: book.language };

  /* Every panel is a step; a page without panels is one step as a whole. */
  var steps = [];
  book.pages.forEach(function (page, n) {
    if (!page.panels.length) steps.push({ page: n, panel: null });
    page.panels.forEach(function (panel) { steps.push({ page: n, panel: panel }); });
  });
  /* The cover and wide pages stand alone, the others in pairs. */
  var spreads = [];
  book.pages.forEach(function (page, n) {
    var last = spreads[spreads.length - 1];
    var alone = n === book.cover || page.w > page.h * 1.2;
    if (last && !alone && last.length === 1 && !last.alone) last.push(n);
    else { spreads.push([n]); spreads[spreads.length - 1].alone = alone; }
  });

  function store(name, value) {
    try { localStorage.setItem("inkwright:" + book.identity + ":" + name, value); } catch (e) { /* private reading */ }
  }
  function stored(name) {
    try { return localStorage.getItem("inkwright:" + book.identity + ":" + name); } catch (e) { return null; }
  }
  function firstStep(page) {
    for (var i = 0; i < steps.length; i++) if (steps[i].page >= page) return i;
    return steps.length - 1;
  }
  function spreadOf(page) {
    for (var i = 0; i < spreads.length; i++) if (spreads[i].indexOf(page) >= 0) return i;
    return 0;
  }

  /* All of a page but one panel is dimmed, far beyond its edges: a sheet with a mask. */
  function element(name, attributes, parent) {
    var made = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (parent) parent.appendChild(made);
    return made;
  }
  figures.forEach(function (figure, n) {
    var page = book.pages[n], far = 4 * Math.max(page.w, page.h);
    var sheet = { x: -far, y: -far, width: 3 * far, height: 3 * far };
    var dim = element("svg", { "class": "dim", viewBox: "0 0 " + page.w + " " + page.h, "aria-hidden": "true" });
    var mask = element("mask", Object.assign({ id: "mask-" + n, maskUnits: "userSpaceOnUse" }, sheet), dim);
    element("rect", Object.assign({ fill: "#fff" }, sheet), mask);
    element("path", { "class": "hole", d: "" }, mask);
    element("rect", Object.assign({ mask: "url(#mask-" + n + ")" }, sheet), dim);
    figure.appendChild(dim);
  });

  /* What of a page is looked at in a step: the panel and its balloons. */
  function region(step) {
    var page = book.pages[step.page];
    if (!step.panel) return [0, 0, page.w, page.h];
    var boxes = [step.panel.box].concat(step.panel.balloons[state.language] || []);
    var x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
    boxes.forEach(function (b) {
      x0 = Math.min(x0, b[0]); y0 = Math.min(y0, b[1]);
      x1 = Math.max(x1, b[0] + b[2]); y1 = Math.max(y1, b[1] + b[3]);
    });
    x0 = Math.max(0, x0); y0 = Math.max(0, y0); x1 = Math.min(page.w, x1); y1 = Math.min(page.h, y1);
    return [x0, y0, x1 - x0, y1 - y0];
  }
  /* What stays bright: the panel, and those of its balloons that leave its frame. */
  function hole(step) {
    var page = book.pages[step.page];
    if (!step.panel) return "M0 0H" + page.w + "V" + page.h + "H0Z";
    var frame = "M" + step.panel.polygon.map(function (p) { return p.join(" "); }).join("L") + "Z";
    return [frame].concat(step.panel.shapes[state.language] || []).join("");
  }

  function put(figure, n, x, y, scale) {
    figure.style.width = book.pages[n].w + "px";
    figure.style.height = book.pages[n].h + "px";
    figure.style.transform = "translate(" + x + "px," + y + "px) scale(" + scale + ")";
  }

  function layout() {
    var wide = stage.clientWidth, high = stage.clientHeight, shown = [];
    if (state.view === "scroll") {
      figures.forEach(function (figure) { figure.removeAttribute("aria-hidden"); figure.style.width = figure.style.height = figure.style.transform = ""; });
      return;
    }
    if (state.view === "guided") {
      var step = steps[state.step], r = region(step), n = step.page;
      var pad = step.panel ? 0.94 : 1;
      var scale = Math.min(wide / r[2], high / r[3]) * pad;
      put(figures[n], n, wide / 2 - (r[0] + r[2] / 2) * scale, high / 2 - (r[1] + r[3] / 2) * scale, scale);
      figures[n].querySelector(".hole").setAttribute("d", hole(step));
      shown = [n];
    } else {
      shown = state.view === "spread" ? spreads[spreadOf(state.page)].slice() : [state.page];
      var row = book.rtl ? shown.slice().reverse() : shown;
      var tall = Math.max.apply(null, row.map(function (n) { return book.pages[n].h; }));
      var sum = row.reduce(function (t, n) { return t + book.pages[n].w * tall / book.pages[n].h; }, 0);
      var fit = Math.min(wide / sum, high / tall), x = (wide - sum * fit) / 2;
      row.forEach(function (n) {
        var s = fit * tall / book.pages[n].h;
        put(figures[n], n, x, (high - tall * fit) / 2, s);
        x += book.pages[n].w * s;
      });
    }
    figures.forEach(function (figure, n) {
      var here = shown.indexOf(n) >= 0;
      figure.classList.toggle("here", here);
      if (here) figure.removeAttribute("aria-hidden"); else figure.setAttribute("aria-hidden", "true");
    });
    preload(shown[shown.length - 1] + 1);
  }
  function preload(n) {
    if (n >= figures.length) return;
    Array.prototype.forEach.call(figures[n].querySelectorAll("img"), function (img) { img.loading = "eager"; });
  }

  function label() {
    var step = steps[state.step], total = book.pages.length, text = state.page + 1 + " / " + total;
    if (state.view === "guided" && step.panel) {
      var count = book.pages[step.page].panels.length;
      text += " · " + (state.step - firstStep(step.page) + 1) + "/" + count;
    }
    return text;
  }
  /* In the guided view a screen reader hears each panel; elsewhere it hears which page this is. */
  function speak() {
    var step = steps[state.step], text = "Page " + (state.page + 1) + " of " + book.pages.length + ".";
    if (state.view === "guided" && step.panel) {
      var words = step.panel.text[state.language] || step.panel.alt || "Panel without a description.";
      text = (step.panel === book.pages[step.page].panels[0] ? text + " " : "") + words;
    }
    said.lang = state.view === "guided" ? state.language : "en";
    said.textContent = text;
  }
  function show(quiet) {
    var step = steps[state.step];
    root.className = "js " + state.view + (state.view === "scroll" ? "" : " paged") + (root.classList.contains("bare") ? " bare" : "");
    layout();
    slider.value = state.page + 1;
    slider.setAttribute("aria-valuetext", "Page " + (state.page + 1));
    where.textContent = label();
    Array.prototype.forEach.call(document.querySelectorAll("[data-view]"), function (b) {
      b.setAttribute("aria-pressed", String(b.dataset.view === state.view));
    });
    var at = state.view === "guided" && step.panel ? step.panel.id : "page-" + (state.page + 1);
    root.dataset.at = at;
    store("place", at); store("view", state.view);
    try { history.replaceState(null, "", "#" + at); } catch (e) { /* some browsers refuse this for files */ }
    if (!quiet) speak();
  }
  function go(view, page, step) {
    state.view = view;
    state.page = Math.max(0, Math.min(book.pages.length - 1, page));
    state.step = Math.max(0, Math.min(steps.length - 1, step));
    show();
    if (view === "scroll") figures[state.page].scrollIntoView();
  }
  function setView(view) { go(view, state.page, view === "guided" && steps[state.step].page === state.page ? state.step : firstStep(state.page)); }
  function toPage(n) { go(state.view, n, firstStep(Math.max(0, Math.min(book.pages.length - 1, n)))); }
  function move(by) {
    if (state.view === "guided") {
      var next = state.step + by;
      if (next < 0 || next >= steps.length) return;
      go("guided", steps[next].page, next);
    } else if (state.view === "spread") {
      var k = spreadOf(state.page) + by;
      if (k >= 0 && k < spreads.length) toPage(spreads[k][0]);
    } else {
      if (state.page + by >= 0 && state.page + by < book.pages.length) toPage(state.page + by);
    }
  }
  function ends(last) {
    if (state.view === "guided") { var s = last ? steps.length - 1 : 0; go("guided", steps[s].page, s); }
    else toPage(last ? book.pages.length - 1 : 0);
  }

  function setLanguage(code) {
    state.language = code;
    if (chooser) chooser.value = code;
    figures.forEach(function (figure, n) {
      var letters = figure.querySelector(".letters");
      if (letters) letters.src = "lettering/" + code + "/" + book.pages[n].letters;
      Array.prototype.forEach.call(figure.querySelectorAll("[data-language]"), function (part) {
        part.hidden = part.dataset.language !== code;
      });
    });
    document.getElementById("transcript").href = book.transcripts[code];
    store("language", code);
    show(true);
  }
  function setTheme(theme) {
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    store("theme", theme || "");
  }
  function turnTheme() {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : !matchMedia("(prefers-color-scheme: light)").matches;
    setTheme(dark ? "light" : "dark");
  }
  function fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (root.requestFullscreen) root.requestFullscreen().catch(function () { /* not allowed here */ });
  }
  function help() { if (dialog.open) dialog.close(); else dialog.showModal(); }

  var ahead = book.rtl ? -1 : 1;
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    var tag = event.target.tagName, key = event.key;
    if (key === "?") { event.preventDefault(); help(); return; }
    if (dialog.open) return;
    if (tag === "SELECT" || tag === "INPUT") return;
    if ((tag === "BUTTON" || tag === "A") && (key === " " || key === "Enter")) return;
    var scrolls = state.view === "scroll";
    var acts = {
      ArrowRight: scrolls ? null : function () { move(ahead); },
      ArrowLeft: scrolls ? null : function () { move(-ahead); },
      ArrowDown: scrolls ? null : function () { move(1); },
      ArrowUp: scrolls ? null : function () { move(-1); },
      PageDown: scrolls ? null : function () { move(1); },
      PageUp: scrolls ? null : function () { move(-1); },
      " ": scrolls ? null : function () { move(event.shiftKey ? -1 : 1); },
      Home: function () { ends(false); },
      End: function () { ends(true); },
      f: fullScreen, d: turnTheme,
      p: function () { setView("page"); },
      s: function () { setView("spread"); },
      g: function () { setView("guided"); },
      v: function () { setView("scroll"); },
      t: function () { document.getElementById("transcript").click(); },
      l: book.languages.length > 1 ? function () {
        setLanguage(book.languages[(book.languages.indexOf(state.language) + 1) % book.languages.length]);
      } : null
    };
    if (acts[key]) { event.preventDefault(); acts[key](); }
  });

  /* A finger that swipes turns; a tap on an edge turns, one in the middle hides the bars. Pinching is the browser's. */
  var down = null;
  stage.addEventListener("pointerdown", function (event) {
    down = event.isPrimary && event.button === 0 ? { x: event.clientX, y: event.clientY } : null;
  });
  stage.addEventListener("pointerup", function (event) {
    if (!down || state.view === "scroll" || (window.visualViewport && visualViewport.scale > 1.02)) { down = null; return; }
    var dx = event.clientX - down.x, dy = event.clientY - down.y, part = (event.clientX - stage.getBoundingClientRect().left) / stage.clientWidth;
    down = null;
    if (Math.abs(dx) > 40 && Math.abs(dx) > 1.5 * Math.abs(dy)) move(dx < 0 ? ahead : -ahead);
    else if (Math.abs(dx) < 10 && Math.abs(dy) < 10) {
      if (part < 0.3) move(-ahead);
      else if (part > 0.7) move(ahead);
      else { root.classList.toggle("bare"); layout(); }
    }
  });
  stage.addEventListener("pointercancel", function () { down = null; });
  stage.addEventListener("scroll", function () {
    if (state.view !== "scroll") return;
    var top = stage.getBoundingClientRect().top + stage.clientHeight / 3, n = 0;
    figures.forEach(function (figure, i) { if (figure.getBoundingClientRect().top <= top) n = i; });
    if (n !== state.page) { state.page = n; state.step = firstStep(n); slider.value = n + 1; where.textContent = label(); store("place", "page-" + (n + 1)); }
  });

  Array.prototype.forEach.call(document.querySelectorAll("[data-view]"), function (button) {
    button.addEventListener("click", function () { setView(button.dataset.view); });
  });
  document.getElementById("back").addEventListener("click", function () { move(-ahead); });
  document.getElementById("on").addEventListener("click", function () { move(ahead); });
  document.getElementById("help").addEventListener("click", help);
  document.getElementById("theme").addEventListener("click", turnTheme);
  document.getElementById("full").addEventListener("click", fullScreen);
  slider.addEventListener("input", function () { toPage(Number(slider.value) - 1); });
  if (chooser) chooser.addEventListener("change", function () { setLanguage(chooser.value); });
  window.addEventListener("resize", function () { root.classList.add("still"); layout(); requestAnimationFrame(function () { root.classList.remove("still"); }); });
  window.addEventListener("hashchange", function () { open(location.hash.slice(1)); });

  function open(place) {
    for (var i = 0; i < steps.length; i++) {
      if (steps[i].panel && steps[i].panel.id === place) { go("guided", steps[i].page, i); return true; }
    }
    var page = /^page-(\d+)$/.exec(place || "");
    if (page) { toPage(Number(page[1]) - 1); return true; }
    return false;
  }
  var theme = stored("theme"), view = stored("view"), language = stored("language"), place = location.hash.slice(1) || stored("place");
  if (theme) setTheme(theme);
  if (VIEWS.indexOf(view) >= 0) state.view = view;
  if (book.languages.indexOf(language) > 0) setLanguage(language);
  try { place = decodeURIComponent(place || ""); } catch (e) { place = ""; }
  root.classList.add("still");
  if (!open(place)) go(state.view, 0, 0);
  root.classList.add("still");
  requestAnimationFrame(function () { requestAnimationFrame(function () { root.classList.remove("still"); }); });
})();
