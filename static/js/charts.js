"use strict";

// Pictures of the tables beside them: whatever a picture shows, its table says. Drawn as SVG, without styles of its
// own in the page, patterned for readers who do not tell the colours apart.

(() => {
  if (!window.echarts) return;
  const css = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();

  function read(table) {
    const heads = [...table.tHead.rows[0].cells];
    const first = heads.findIndex((cell) => cell.dataset.unit);
    const found = ["mg", "inr", "weeks", "percent"].map((unit) => heads.findIndex((cell) => cell.dataset.unit === unit));
    const at = found.find((place) => place >= 0) ?? first;
    const rows = [...table.tBodies[0].rows].map((row) => ({
      name: row.cells[0].textContent.trim(),
      value: row.cells[at].dataset.value === "" ? null : Number(row.cells[at].dataset.value),
      shown: row.cells[at].textContent.trim(),
    }));
    return { title: heads[at].textContent.trim(), axis: heads[at].dataset.axis, rows };
  }

  function draw(holder) {
    const table = document.getElementById(holder.dataset.table);
    if (!table) return;
    const { title, axis, rows } = read(table);
    const isLine = holder.dataset.chart === "line";
    const ink = css("--bs-body-color");
    const names = { type: "category", data: rows.map((row) => row.name), axisLabel: { color: ink, width: 130, overflow: "truncate" } };
    const values = { type: "value", name: axis, nameLocation: isLine ? "end" : "middle", nameGap: isLine ? 12 : 26, nameTextStyle: { color: ink, align: isLine ? "left" : "center" }, axisLabel: { color: ink, hideOverlap: true }, splitLine: { lineStyle: { opacity: 0.3 } } };
    holder.hidden = false;
    const chart = echarts.getInstanceByDom(holder) || echarts.init(holder, null, { renderer: "svg" });
    chart.setOption({
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      aria: { enabled: true, decal: { show: !isLine }, label: { description: `${title}: ${rows.map((row) => `${row.name} ${row.shown}`).join("; ")}` } },
      textStyle: { fontFamily: css("font-family") || "sans-serif" },
      grid: { left: 8, right: 36, top: isLine ? 32 : 12, bottom: isLine ? 8 : 26, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText", formatter: (points) => `${points[0].name}\n${rows[points[0].dataIndex].shown}` },
      xAxis: isLine ? names : values,
      yAxis: isLine ? values : { ...names, inverse: true },
      series: [{ type: isLine ? "line" : "bar", name: title, data: rows.map((row) => row.value), itemStyle: { color: css("--info") }, showSymbol: rows.length < 30, barMaxWidth: 22 }],
    });
    chart.resize();
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
