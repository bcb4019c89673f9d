// Holds pages of `caplint check --format html` against axe-core, an accessibility checker. Contrast needs a real browser and is left
// out. Arguments: the folder with node_modules, and the pages.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";

const [folder, ...pages] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(folder), "index.js"));
const { JSDOM } = require("jsdom");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
let violations = 0;
for (const page of pages) {
  const { window } = new JSDOM(fs.readFileSync(page, "utf8"), { runScripts: "outside-only", pretendToBeVisual: true });
  window.eval(axe);
  const result = await window.axe.run(window.document, { rules: { "color-contrast": { enabled: false } } });
  for (const { id, help, nodes } of result.violations) {
    console.log(`${page}: ${id}: ${help}: ${nodes[0].html.slice(0, 200)}`);
  }
  violations += result.violations.length;
  console.log(`${path.basename(page)}: ${result.passes.length} rules of axe-core pass, ${result.violations.length} fail`);
}
process.exit(violations > 0 ? 1 : 0);
