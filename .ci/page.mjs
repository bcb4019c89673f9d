// Holds pages of `caplint check --format html` and `caplint doc --format html` against axe-core, an accessibility checker, and against
// what they promise: they fetch nothing, and each script and style sheet is in their content security policy. Contrast needs a
// real browser and is left out. Arguments: the folder with node_modules, and the pages.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";

const [folder, ...pages] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(folder), "index.js"));
const { JSDOM } = require("jsdom");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
let violations = 0;

// What a page fetches or would run without being allowed to.
function forbidden(document) {
  const csp = document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.content ?? "";
  const allows = (kind, text) => {
    const hash = crypto.createHash("sha256").update(text).digest("base64");
    return csp.split(";").some((part) => part.trim().startsWith(`${kind}-src `) && part.includes(`'sha256-${hash}'`));
  };
  const found = csp.startsWith("default-src 'none'") ? [] : ["the policy allows what it does not name"];
  for (const element of document.querySelectorAll("*")) {
    const name = element.localName;
    for (const { name: attribute, value } of element.attributes) {
      const isLink = ["href", "src", "srcset", "data", "action", "formaction", "poster", "ping", "background"].includes(attribute);
      if (attribute.startsWith("on") || attribute === "style" || (isLink && !value.startsWith("#"))) {
        found.push(`<${name} ${attribute}="${value.slice(0, 80)}">`);
      } else if (isLink && !document.getElementById(value.slice(1))) {
        found.push(`${value} leads nowhere`);
      }
    }
    if (["script", "style"].includes(name) && !allows(name, element.textContent)) found.push(`<${name}> is not in the policy`);
    if (["iframe", "object", "embed", "link", "base", "form", "img"].includes(name)) found.push(`<${name}>`);
  }
  return found;
}

for (const page of pages) {
  const { window } = new JSDOM(fs.readFileSync(page, "utf8"), { runScripts: "outside-only", pretendToBeVisual: true });
  // Before axe adds elements of its own.
  const fetched = forbidden(window.document);
  window.eval(axe);
  const result = await window.axe.run(window.document, { rules: { "color-contrast": { enabled: false } } });
  for (const { id, help, nodes } of result.violations) {
    console.log(`${page}: ${id}: ${help}: ${nodes[0].html.slice(0, 200)}`);
  }
  for (const what of fetched) console.log(`${page}: ${what}`);
  violations += result.violations.length + fetched.length;
  console.log(`${path.basename(page)}: ${result.passes.length} rules of axe-core pass, ${result.violations.length} fail, ${fetched.length} elements are forbidden`);
}
process.exit(violations > 0 ? 1 : 0);
