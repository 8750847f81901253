// Builds the web assets: renderers/web and the packages of the lock file become renderers/static/dist.
//
// Run by set-up as `node scripts/build.mjs` (never through npm). What it writes: bundles with hashed names, the icon
// sprite, fonts, manifest.json (plain name -> hashed name), and .br and .gz beside everything that compresses.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(root, "renderers", "web");
const target = join(root, "renderers", "static", "dist");
const fresh = `${target}.new`;
const modules = join(root, "node_modules");

const FONTS = ["inter", "jetbrains-mono"].flatMap((family) =>
  ["cyrillic-ext", "cyrillic", "latin-ext", "latin"].map((subset) => ({
    name: `${family}-${subset}.woff2`,
    file: join(modules, "@fontsource-variable", family, "files", `${family}-${subset}-wght-normal.woff2`),
  })),
);
const COMPRESSED = new Set([".js", ".css", ".svg", ".json", ".txt"]);

/** Writes `content` under a name with its hash in it; answers that name. */
async function hashed(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  const file = `${basename(name, extname(name))}-${hash}${extname(name)}`;
  await writeFile(join(fresh, file), content);
  return file;
}

/** One SVG with a symbol for each icon of the list, at stroke 1.5; a name that does not exist stops the build. */
async function sprite() {
  const names = JSON.parse(await readFile(join(sources, "icons.json"), "utf8"));
  const symbols = await Promise.all(
    [...new Set(names)].sort().map(async (name) => {
      const text = await readFile(join(modules, "@tabler", "icons", "icons", "outline", `${name}.svg`), "utf8");
      const shapes = text
        .slice(text.indexOf(">") + 1, text.lastIndexOf("</svg>"))
        .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
        .replace(/\s*\n\s*/g, "");
      return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

/** The sources of built-in plugins: `plugins/<name>/web/<name>.ts` and `.css` are built as `<name>.js` and `.css`. */
async function ofPlugins() {
  const found = [];
  for (const name of (await readdir(join(root, "plugins"))).sort()) {
    const files = await readdir(join(root, "plugins", name, "web")).catch(() => []);
    for (const file of files) {
      if (file === `${name}.ts` || file === `${name}.css`) found.push({ in: join(root, "plugins", name, "web", file), out: name });
    }
  }
  return found;
}

/** Bundles the entries; answers plain name -> hashed name of each. */
async function bundle() {
  const entries = [
    { in: join(sources, "app.ts"), out: "app" },
    { in: join(sources, "style.css"), out: "style" },
    ...(await ofPlugins()),
  ];
  const ours = new Set(entries.map((entry) => relative(root, entry.in)));
  const result = await esbuild.build({
    entryPoints: entries,
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    outdir: fresh,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    legalComments: "linked",
    metafile: true,
    external: ["/assets/*"],
    absWorkingDir: root,
    logLevel: "warning",
  });
  const names = {};
  for (const [file, output] of Object.entries(result.metafile.outputs)) {
    if (ours.has(output.entryPoint)) names[basename(output.entryPoint).replace(/\.ts$/, ".js")] = basename(file);
  }
  return names;
}

async function compress() {
  for (const file of await readdir(fresh)) {
    if (!COMPRESSED.has(extname(file)) || file === "manifest.json") continue;
    const content = await readFile(join(fresh, file));
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    await writeFile(join(fresh, `${file}.br`), brotliCompressSync(content, quality));
    await writeFile(join(fresh, `${file}.gz`), gzipSync(content, { level: 9 }));
  }
}

await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
const manifest = {};
const faces = [];
for (const font of FONTS) {
  manifest[font.name] = await hashed(font.name, await readFile(font.file));
  const family = font.name.startsWith("inter") ? "Inter Variable" : "JetBrains Mono Variable";
  const css = await readFile(join(modules, "@fontsource-variable", family.startsWith("Inter") ? "inter" : "jetbrains-mono", "wght.css"), "utf8");
  const subset = basename(font.name, ".woff2").replace(/^(inter|jetbrains-mono)-/, "");
  const range = new RegExp(`-${subset}-wght-normal \\*/[^}]*unicode-range: ([^;]+);`).exec(css)[1];
  faces.push(`@font-face{font-family:"${family}";font-style:normal;font-display:swap;font-weight:100 900;src:url("/assets/${manifest[font.name]}") format("woff2");unicode-range:${range}}`);
}
Object.assign(manifest, await bundle());
manifest["fonts.css"] = await hashed("fonts.css", faces.join("\n") + "\n");
manifest["favicon.svg"] = await hashed("favicon.svg", await readFile(join(sources, "favicon.svg")));
manifest["icons.svg"] = await hashed("icons.svg", await sprite());
await writeFile(join(fresh, "icons.json"), await readFile(join(sources, "icons.json")));
await writeFile(join(fresh, "manifest.json"), JSON.stringify(manifest, Object.keys(manifest).sort(), 1) + "\n");
await compress();
await rm(target, { recursive: true, force: true });
await rename(fresh, target);
console.log(`${Object.keys(manifest).length} assets in renderers/static/dist`);
