"use strict";
(() => {
  const data = JSON.parse(document.getElementById("search-data").textContent);
  const field = document.getElementById("search-for");
  const list = document.getElementById("search-results");
  const status = document.getElementById("search-status");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = (text) => plain(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const file = (name) => data.files[name] || name;
  const shown = 30;

  const countries = new Map();
  for (const [code, names] of Object.entries(data.countries)) {
    countries.set(code, { name: names[0], words: [plain(code), ...words(names[0]), ...words(names[1])], plain: plain(names[0]) });
  }
  const pairs = [];
  for (const [a, others] of Object.entries(data.dyads)) {
    for (const b of others.split(" ")) {
      if (countries.has(a) && countries.has(b)) pairs.push([a, b]);
    }
  }

  // how well a country answers a word: its code or whole name before a word of it, a whole word before its beginning
  const score = (country, code, word) => {
    if (plain(code) === word || country.plain === word) return 3;
    if (country.words.includes(word)) return 2;
    return country.words.some((one) => one.startsWith(word)) ? 1 : 0;
  };

  const find = (asked) => {
    const scores = asked.map((word) => new Map([...countries].map(([code, country]) => [code, score(country, code, word)])));
    const found = [];
    for (const [code, country] of countries) {
      const each = scores.map((one) => one.get(code));
      if (each.every(Boolean)) {
        found.push({ rank: 10 + each.reduce((x, y) => x + y, 0), name: country.name, href: `countries/${file(code)}.html`, kind: "country" });
      }
    }
    for (const [a, b] of pairs) {
      let rank = 0;
      const met = new Set();
      for (const one of scores) {
        const [x, y] = [one.get(a) || 0, one.get(b) || 0];
        if (!x && !y) { rank = -1; break; }
        if (x) met.add(a);
        if (y) met.add(b);
        rank += Math.max(x, y);
      }
      if (rank < 0) continue;
      const both = asked.length > 1 && met.size === 2;
      found.push({ rank: both ? 20 + rank : rank, name: `${countries.get(a).name} and ${countries.get(b).name}`, href: `dyads/${file(`${a}-${b}`)}.html`, kind: "two countries" });
    }
    return found.sort((x, y) => y.rank - x.rank || x.name.localeCompare(y.name));
  };

  const show = () => {
    const asked = words(field.value);
    list.replaceChildren();
    if (!asked.length) { status.textContent = ""; return; }
    const found = find(asked);
    for (const one of found.slice(0, shown)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = one.href;
      link.textContent = one.name;
      const kind = document.createElement("span");
      kind.className = "hint";
      kind.textContent = ` ${one.kind}`;
      item.append(link, kind);
      list.append(item);
    }
    status.textContent = found.length === 0
      ? "Nothing is recorded under these words."
      : found.length > shown ? `${found.length} found, the best ${shown} are listed.` : `${found.length} found.`;
  };

  const links = () => [...list.querySelectorAll("a")];
  field.addEventListener("input", show);
  document.getElementById("search").addEventListener("keydown", (event) => {
    const all = links();
    const at = all.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && all.length) {
      all[Math.min(at + 1, all.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      (at === 0 ? field : all[at - 1]).focus();
    } else if (event.key === "Enter" && document.activeElement === field && all.length) {
      all[0].click();
    } else if (event.key === "Escape") {
      field.value = "";
      show();
      field.focus();
    } else {
      return;
    }
    event.preventDefault();
  });
  document.getElementById("search").hidden = false;
  show();
})();
