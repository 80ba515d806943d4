// Opens pages in Chromium as people do and prints, as JSON, what a test asks of each; it judges nothing.
//
//     node check_pages.mjs MODULES PAGE...
//
// MODULES is the folder of node_modules. CHROMIUM names the browser, /usr/bin/chromium by default.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, ...pages] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf-8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
const PHONE = { width: 375, height: 812 };
const DESK = { width: 1280, height: 900 };

const profile = mkdtempSync(join(tmpdir(), "ncdof-pages-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

async function violations(page) {
  const found = await page.evaluate(
    async (tags) => (await window.axe.run(document, { runOnly: { type: "tag", values: tags } })).violations,
    RULES,
  );
  return found.map(({ id, help, nodes }) => ({ id, help, where: nodes.slice(0, 5).map((node) => node.html.slice(0, 200)) }));
}

async function tooWide(page) {
  return page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const page = document.documentElement.scrollWidth;
    return page > room ? `${page} of ${room} pixels` : "";
  });
}

async function look(path) {
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const url = pathToFileURL(path).href;
  await page.setViewportSize(DESK);
  await page.goto(url);
  const seen = { asked: asked.filter((one) => one !== url), bytes: statSync(path).size };
  await page.emulateMedia({ media: "print" });
  seen.hiddenInPrint = await page.$$eval("details > :not(summary)", (all) => all.filter((one) => !one.checkVisibility()).length);
  await page.emulateMedia({ media: "screen" });
  seen.closed = await page.$$eval("details > :not(summary)", (all) => all.filter((one) => one.checkVisibility()).length);
  await page.evaluate(axe);
  seen.folded = await violations(page);
  await page.setViewportSize(PHONE);
  seen.phoneFolded = await tooWide(page);
  await page.$$eval("details", (all) => all.forEach((one) => (one.open = true)));
  seen.phone = await tooWide(page);
  seen.unfoldedOnPhone = await violations(page);
  await page.setViewportSize(DESK);
  seen.desk = await tooWide(page);
  seen.unfolded = await violations(page);
  if (await page.locator("#name").count()) {
    const entries = page.locator(".kind li:visible");
    seen.listed = await entries.count();
    await page.fill("#name", "darlingt");
    seen.found = await entries.allInnerTexts();
    seen.said = await page.innerText("#found");
    await page.fill("#name", "no such place");
    seen.nowhere = await entries.count();
    await page.fill("#name", "");
    seen.again = await entries.count();
  }
  await page.close();
  return seen;
}

try {
  const seen = {};
  for (const path of pages) seen[path] = await look(path);
  process.stdout.write(JSON.stringify(seen));
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
