"use strict";
const field = document.getElementById("search");
field.closest("p").hidden = false;
field.addEventListener("input", () => {
  const wanted = field.value.toLowerCase();
  for (const part of document.querySelectorAll("[data-tenant]")) {
    part.hidden = !part.dataset.tenant.toLowerCase().includes(wanted);
  }
});
