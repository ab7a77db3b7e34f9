"use strict";

// Everything here makes a working page more comfortable; no page needs it.

(() => {
  const root = document.documentElement;
  root.classList.remove("no-js");
  const say = (key) => document.body.dataset[key] || "";

  // Colours: the same choice the form would post, without leaving the page.
  function chooseTheme(theme) {
    const media = { dark: "screen", light: "not all" }[theme] || "screen and (prefers-color-scheme: dark)";
    document.getElementById("dark-theme").media = media;
    root.dataset.theme = theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-switch]") || !event.submitter) return;
    event.preventDefault();
    chooseTheme(event.submitter.value);
    for (const button of event.target.querySelectorAll("button")) {
      if (button.offsetParent) button.focus();
    }
  });

  // Where the navigation scrolls sideways, the current place is in sight.
  const here = document.querySelector(".mainnav [aria-current]");
  if (here) {
    const strip = here.closest("ul");
    strip.scrollLeft = here.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
  }

  // Menus close on Escape and on a click elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // A slash goes to the search in the page head, unless it is typed into something.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
    const field = document.getElementById("search-everywhere");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  // Autosave status, told by htmx's own events; the server's answer says when it was saved.
  function status(state, text) {
    const line = document.querySelector(".autosave");
    if (!line) return;
    line.dataset.state = state;
    line.textContent = text;
  }
  const autosaved = (event) => event.target.closest?.("form[hx-post]");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (autosaved(event)) status("saving", say("saving"));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = autosaved(event);
    if (!form) return;
    const answer = event.detail.xhr.status;
    if (answer === 409) return; // not saved, and the answer says so
    if (!event.detail.successful && answer !== 422) {
      remember(form);
      return status("error", answer === 401 || answer === 403 ? say("signedOut") : say("offline"));
    }
    delete form.dataset.dirty;
    sessionStorage.removeItem(typedHere());
  });

  // What a small form in a page could not hand over stays in it, and the form says so.
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form[data-trouble]");
    if (!form || event.detail.successful || [409, 422].includes(event.detail.xhr.status)) return;
    form.querySelector("[role=alert]").textContent = form.dataset.trouble;
  });

  // What could not be saved outlives a lost session, in this tab: it is there again after signing in.
  const typedHere = () => `typed:${location.pathname}`;
  function remember(form) {
    const typed = [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
    sessionStorage.setItem(typedHere(), JSON.stringify(typed));
  }
  function restore(form) {
    const values = new Map(JSON.parse(sessionStorage.getItem(typedHere()) || "[]"));
    if (!values.size) return;
    for (const control of form.elements) {
      if (!control.name || control.name === "csrfmiddlewaretoken") continue;
      if (control.type === "checkbox") control.checked = values.has(control.name);
      else if (values.has(control.name)) control.value = values.get(control.name);
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  // A page that follows a page of a draft says that what was sent has arrived; the sign-in page does not.
  document.addEventListener("DOMContentLoaded", () => {
    const sent = sessionStorage.getItem("sent");
    if (sent && sent !== typedHere() && location.pathname.startsWith("/certificates/")) {
      sessionStorage.removeItem(sent);
      sessionStorage.removeItem("sent");
    }
    const form = document.querySelector("form[hx-post]");
    if (form) restore(form);
  });

  // Leaving with something typed and not sent asks once, where the page does not save by itself.
  const guarded = "form[data-guard]";
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.(guarded);
    if (!form) return;
    form.dataset.dirty = "yes";
    if (!form.hasAttribute("hx-post")) return;
    status("unsaved", say("unsaved"));
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches(guarded)) delete event.target.dataset.dirty;
    if (sessionStorage.getItem(typedHere())) sessionStorage.setItem("sent", typedHere());
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of document.querySelectorAll("form[data-dirty]")) {
      if (form.hasAttribute("hx-post")) saveOnLeaving(form);
      else event.preventDefault();
    }
  });

  // A page that saves as one types sends its last words on the way out instead of asking.
  function saveOnLeaving(form) {
    const headers = { "HX-Request": "true" };
    fetch(form.getAttribute("hx-post"), { method: "POST", body: new FormData(form), headers, keepalive: true });
    delete form.dataset.dirty;
  }

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.matches("[data-theme-switch]")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // Filters apply when a choice changes; not by keyboard, where every arrow on the way to a choice is one: Filter applies.
  let byKeys = false;
  document.addEventListener("keydown", () => (byKeys = true), true);
  document.addEventListener("pointerdown", () => (byKeys = false), true);
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-filter]");
    if (form && !byKeys && event.target.matches("select, [type=checkbox], [type=date]")) form.requestSubmit();
  });

  // Copy to the clipboard.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button || !navigator.clipboard) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    const before = button.innerHTML;
    button.textContent = say("copied");
    setTimeout(() => (button.innerHTML = before), 1500);
  });

  // Uploads show how far they are; files may be dropped on the box.
  function send(form) {
    const bar = form.querySelector("progress");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => {
      if (bar && event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("load", () => {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      if (!page.getElementById("main")) return form.submit();
      if (request.responseURL) history.pushState(null, "", request.responseURL);
      document.title = page.title;
      for (const part of [".language-switch", "#messages", ".page-columns"]) {
        document.querySelector(part).replaceWith(page.querySelector(part));
      }
      settle(document.querySelector(".page-columns"));
    });
    request.addEventListener("error", () => form.submit());
    if (bar) bar.hidden = false;
    request.send(new FormData(form));
  }

  // A file arrives in parts where the page offers it: a broken line costs the last part, not the whole file.
  function sendInParts(form, file) {
    const bar = form.querySelector("progress");
    const said = form.querySelector(".upload-said");
    const upload = new tus.Upload(file, {
      endpoint: form.dataset.parts,
      chunkSize: 512 * 1024,
      retryDelays: [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000],
      headers: JSON.parse(document.body.getAttribute("hx-headers") || "{}"),
      metadata: { filename: file.name },
      removeFingerprintOnSuccess: true,
      onProgress: (sent, total) => {
        if (bar) bar.value = (100 * sent) / total;
        if (said) said.textContent = "";
      },
      onShouldRetry: () => {
        if (said) said.textContent = form.dataset.paused;
        return true;
      },
      onError: () => send(form),
      onSuccess: () => {
        const name = document.createElement("input");
        name.type = "hidden";
        name.name = "upload";
        name.value = upload.url.replace(/\/$/, "").split("/").pop();
        form.append(name);
        form.querySelector("[type=file]").value = "";
        send(form);
      },
    });
    if (bar) bar.hidden = false;
    upload.findPreviousUploads().then((earlier) => {
      if (earlier.length) upload.resumeFromPreviousUpload(earlier[0]);
      upload.start();
    });
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-upload]") || event.defaultPrevented) return;
    event.preventDefault();
    const file = form.querySelector("[type=file]").files[0];
    if (window.tus && form.dataset.parts && file && file.size) sendInParts(form, file);
    else send(form);
  });
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const box = event.target.closest?.("[data-upload]");
      if (!box) return;
      event.preventDefault();
      box.classList.toggle("is-over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) {
        box.querySelector("[type=file]").files = event.dataTransfer.files;
      }
    });
  }

  // After a page or a part of it has changed, the keyboard stands where the eye should be.
  function settle(part) {
    window.htmx?.process(part);
    (part.querySelector("[data-focus]") || document.getElementById("main")).focus();
  }
  document.addEventListener("htmx:afterSettle", (event) => {
    event.detail.target.querySelector?.("[data-focus]")?.focus();
  });
  document.querySelector("[data-focus]")?.focus();
})();
