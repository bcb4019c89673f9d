-- Neovim opens a tenant, gets findings, applies a code action, and sees the finding gone.
local folder, program = os.getenv("TENANT"), os.getenv("CAPLINT")

local function check(is, message)
  if not is then
    io.stderr:write(message .. "\n" .. vim.inspect(vim.diagnostic.get(0)) .. "\n")
    vim.cmd("cquit 1")
  end
end

vim.cmd("edit " .. folder .. "/policy.json")
local id = vim.lsp.start_client({ name = "caplint", cmd = { program, "lsp" }, root_dir = folder })
vim.lsp.buf_attach_client(0, id)

local function told(code)
  for _, one in ipairs(vim.diagnostic.get(0)) do
    if one.code == code or (one.user_data and one.user_data.lsp and one.user_data.lsp.code == code) then
      return one
    end
  end
end

check(vim.wait(20000, function() return told("letter-case") ~= nil end), "the finding does not come")
local one = told("letter-case")
local params = {
  textDocument = vim.lsp.util.make_text_document_params(),
  range = { start = { line = one.lnum, character = one.col }, ["end"] = { line = one.end_lnum, character = one.end_col } },
  context = { diagnostics = {} },
}
local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 20000)
local action = answers[id].result[1]
check(action.title:match('^Write "all" as "All"'), "another action: " .. action.title)
vim.lsp.util.apply_workspace_edit(action.edit, vim.lsp.get_client_by_id(id).offset_encoding)
check(vim.wait(20000, function() return told("letter-case") == nil end), "the finding stays")
vim.cmd("silent write")
vim.lsp.stop_client(id)
io.stdout:write("applied: " .. action.title .. "\n")
vim.cmd("qall!")
