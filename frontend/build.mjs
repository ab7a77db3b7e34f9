// Copies the third-party assets named below from node_modules/ into static/vendor/, unaltered,
// with their licences, and writes THIRD_PARTY.txt: file, package, version, licence, sha256.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "static", "vendor");
const fresh = `${target}.${process.pid}`;

const FONTS = { "noto-sans": "NotoSans", "noto-sans-devanagari": "NotoSansDevanagari", "noto-sans-sc": "NotoSansSC" };
const WEIGHTS = { Regular: "400Regular", Bold: "700Bold" };

const ASSETS = [
  ["bootstrap", "dist/css/bootstrap.min.css", "bootstrap.min.css"],
  ["bootstrap", "dist/css/bootstrap.min.css.map", "bootstrap.min.css.map"],
  ["bootstrap", "dist/js/bootstrap.bundle.min.js", "bootstrap.bundle.min.js"],
  ["bootstrap", "dist/js/bootstrap.bundle.min.js.map", "bootstrap.bundle.min.js.map"],
  ["bootstrap-icons", "bootstrap-icons.svg", "bootstrap-icons.svg"],
  ["htmx.org", "dist/htmx.min.js", "htmx.min.js"],
  ["echarts", "dist/echarts.min.js", "echarts.min.js"],
  ["tus-js-client", "dist/tus.min.js", "tus.min.js"],
  ...Object.entries(FONTS).flatMap(([name, family]) =>
    Object.entries(WEIGHTS).map(([weight, folder]) => [
      `@expo-google-fonts/${name}`,
      `${folder}/${family}_${folder}.ttf`,
      `fonts/${family}-${weight}.ttf`,
    ]),
  ),
];

const LICENCES = [
  ["bootstrap", "LICENSE"],
  ["bootstrap-icons", "LICENSE"],
  ["htmx.org", "LICENSE"],
  ["echarts", "LICENSE"],
  ["zrender", "LICENSE"],
  ["tus-js-client", "LICENSE"],
  ...Object.keys(FONTS).map((name) => [`@expo-google-fonts/${name}`, "LICENSE_FONT"]),
];

const inPackage = (name, ...parts) => join(here, "node_modules", name, ...parts);
const manifest = async (name) => JSON.parse(await readFile(inPackage(name, "package.json"), "utf8"));
const sha256 = async (path) => createHash("sha256").update(await readFile(path)).digest("hex");

async function copy(name, source, destination) {
  const to = join(fresh, destination);
  await mkdir(dirname(to), { recursive: true });
  await copyFile(inPackage(name, source), to);
  return to;
}

const lines = [];
for (const [name, source, destination] of ASSETS) {
  const { version, license } = await manifest(name);
  const licence = destination.endsWith(".ttf") ? "OFL-1.1" : license;
  lines.push([destination, name, version, licence, await sha256(await copy(name, source, destination))].join("\t"));
}
for (const [name, source] of LICENCES) {
  await copy(name, source, `licences/${basename(name)}.txt`);
}
await writeFile(
  join(fresh, "THIRD_PARTY.txt"),
  ["# file\tpackage\tversion\tlicence\tsha256", ...lines, ""].join("\n"),
);
await rm(target, { recursive: true, force: true });
await rename(fresh, target);
console.log(`${lines.length} third-party files in static/vendor/`);
