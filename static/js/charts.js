"use strict";

// Pictures of the tables beside them: whatever a picture shows, its table says. Drawn as SVG, without styles of its
// own in the page, patterned for readers who do not tell the colours apart.

(() => {
  if (!window.echarts) return;
  const css = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();

  const number = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 3 });

  function next(month) {
    const [year, number] = month.split("-").map(Number);
    return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, "0")}`;
  }

  // Months in which nothing was counted have no row in the table, and a place in the picture.
  function filled(rows, nothing) {
    const found = [];
    for (const row of rows) {
      while (found.length && next(found.at(-1).name) < row.name) found.push({ name: next(found.at(-1).name), value: nothing, shown: "–" });
      found.push(row);
    }
    return found;
  }

  function read(table) {
    const heads = [...table.tHead.rows[0].cells];
    const first = heads.findIndex((cell) => cell.dataset.unit);
    const found = ["mg", "inr", "weeks", "percent"].map((unit) => heads.findIndex((cell) => cell.dataset.unit === unit));
    const at = [heads.findIndex((cell) => "drawn" in cell.dataset), ...found].find((place) => place >= 0) ?? first;
    const { unit, axis, large, largeAxis } = heads[at].dataset;
    const rows = [...table.tBodies[0].rows].map((row) => ({
      name: row.cells[0].textContent.trim(),
      value: row.cells[at].dataset.value === "" ? null : Number(row.cells[at].dataset.value),
      shown: row.cells[at].textContent.trim(),
    }));
    const isLarge = large && rows.some((row) => Math.abs(row.value) >= Number(large));
    if (isLarge) rows.forEach((row) => (row.value = row.value === null ? null : row.value / Number(large)));
    return { title: heads[at].textContent.trim(), axis: isLarge ? largeAxis : axis, unit, rows: "months" in heads[0].dataset ? filled(rows, unit === "percent" ? null : 0) : rows };
  }

  // Names of bars in lines of at most 130 pixels. The library would wrap them too, and take each sign of Hindi to be
  // as wide as a Chinese one.
  const pen = document.createElement("canvas").getContext("2d");
  function lined(name, most, family) {
    pen.font = `12px ${family}`;
    const fits = (text) => pen.measureText(text).width <= 130;
    const lines = [];
    for (const word of name.split(" ")) {
      if (lines.length && fits(`${lines.at(-1)} ${word}`)) lines.push(`${lines.pop()} ${word}`);
      else lines.push(word);
    }
    let last = lines.slice(most - 1).join(" ");
    while (last.length > 1 && !fits(last)) last = `${last.replace("…", "").slice(0, -1).trimEnd()}…`;
    return [...lines.slice(0, most - 1), last].join("\n").trimEnd();
  }

  function draw(holder) {
    const table = document.getElementById(holder.dataset.table);
    if (!table) return;
    const isLine = holder.dataset.chart === "line";
    const { title, axis, unit, rows } = read(table);
    const ink = css("--bs-body-color");
    holder.hidden = false;
    if (!isLine) holder.style.height = `${4 + rows.length * 2.125}em`;
    const hasRoom = !isLine && (holder.clientHeight - 40) / rows.length > 26;
    const fontFamily = css("font-family") || "sans-serif";
    const words = { formatter: (name) => lined(name, hasRoom ? 2 : 1, fontFamily), lineHeight: 13, interval: 0 };
    const names = { type: "category", data: rows.map((row) => row.name), axisLabel: { color: ink, ...(isLine ? {} : words) } };
    const values = { type: "value", name: axis, nameLocation: isLine ? "end" : "middle", nameGap: isLine ? 12 : 26, nameTextStyle: { color: ink, align: isLine ? "left" : "center" }, axisLabel: { color: ink, hideOverlap: true, formatter: (value) => number.format(value) }, ...(unit === "percent" ? { max: 100, interval: 25 } : { splitNumber: 4 }), splitLine: { lineStyle: { opacity: 0.3 } } };
    const chart = echarts.getInstanceByDom(holder) || echarts.init(holder, null, { renderer: "svg" });
    chart.setOption({
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      aria: { enabled: true, decal: { show: !isLine }, label: { description: `${title}: ${rows.map((row) => `${row.name} ${row.shown}`).join("; ")}` } },
      textStyle: { fontFamily },
      grid: { left: 8, right: 36, top: isLine ? 32 : 12, bottom: isLine ? 8 : 26, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText", formatter: (points) => `${points[0].name}\n${rows[points[0].dataIndex].shown}` },
      xAxis: isLine ? names : values,
      yAxis: isLine ? values : { ...names, inverse: true },
      series: [{ type: isLine ? "line" : "bar", name: title, data: rows.map((row) => row.value), itemStyle: { color: css("--info") }, showSymbol: rows.length < 30, barMaxWidth: 22 }],
    });
    chart.resize();
    holder.querySelector("svg")?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`); // paper has other widths
  }

  const all = () => document.querySelectorAll("[data-chart]").forEach(draw);
  all();
  document.addEventListener("htmx:afterSettle", all);
  let waiting = 0;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(all, 150);
  });
})();
