// Starts `caplint lsp`, which does everything else.
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  const settings = vscode.workspace.getConfiguration("caplint");
  const server = { command: settings.get("path"), args: ["lsp", ...settings.get("arguments")] };
  const languages = ["json", "jsonc", "yaml", "terraform", "toml"];
  const files = languages.map((language) => ({ scheme: "file", language }));
  // Without an extension for TOML or Terraform, these are plain text.
  files.push({ scheme: "file", pattern: "**/caplint.toml" }, { scheme: "file", pattern: "**/*.tf" });
  client = new LanguageClient("caplint", server, { documentSelector: files });
  await client.start();
};

exports.deactivate = () => client?.stop();
