// The inbox: keys, macros without a reload, and what happens elsewhere as it happens. Without it everything is there as links and forms.
const TYPING_MS = 4000;
const TICK_MS = 15000;

const spoken = (ms) => {
  const s = Math.floor(ms / 1000);
  if (s >= 86400) return Math.floor(s / 86400) + " d";
  if (s >= 3600) return Math.floor(s / 3600) + " h";
  if (s >= 60) return Math.floor(s / 60) + " min";
  return Math.max(0, s) + " s";
};

customElements.define("door-inbox", class extends HTMLElement {
  connectedCallback() {
    this.told = -Infinity;
    this.text = this.querySelector("#text:not([readonly])");
    this.onKey = (pressed) => this.key(pressed);
    document.addEventListener("keydown", this.onKey);
    this.addEventListener("click", (clicked) => this.click(clicked));
    this.addEventListener("input", (typed) => this.input(typed));
    this.querySelectorAll("details.tool").forEach((one) => one.addEventListener("toggle", () => this.alone(one)));
    this.timer = setInterval(() => this.tick(), TICK_MS);
    const find = this.querySelector("#macro-find");
    if (find) find.hidden = false;
    this.down();
    this.querySelector(".entry[aria-current]")?.scrollIntoView({ block: "nearest" });
    this.listen();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
    clearInterval(this.timer);
    this.source?.close();
  }

  // What happens elsewhere.

  listen() {
    this.source = new EventSource(this.dataset.path + "/events?talk=" + this.dataset.talk);
    const on = (name, take) => this.source.addEventListener(name, (event) => take(JSON.parse(event.data)));
    on("lines", (lines) => this.lines(lines));
    on("counts", (counts) => this.counts(counts));
    on("looks", (looks) => this.looks(looks));
    on("again", () => this.refresh(true));
    // What changed between the page and the first event, or while the connection was away, is told by nobody: look again.
    this.source.addEventListener("open", async () => {
      await this.refresh(true);
      this.dataset.live = "yes";
    });
    addEventListener("pagehide", () => this.source.close(), { once: true });
  }

  fits(line) {
    const of = this.dataset;
    if (of.queue && line.queue !== of.queue) return false;
    if (of.language && line.language !== of.language) return false;
    const open = line.state === "waiting" || line.state === "held";
    switch (of.view) {
      case "waiting": return line.state === "waiting";
      case "mine": return open && String(line.assignee) === of.user;
      case "all": return open;
      case "snoozed": return line.state === "snoozed";
      case "closed": return line.state === "closed";
      case "everything": return Boolean(line.state);
      default: return false;
    }
  }

  lines(lines) {
    const list = this.querySelector("#lines");
    let heard = "";
    for (const line of lines) {
      if (!line.id) continue;
      const there = list.querySelector(`[data-id="${line.id}"]`);
      const stays = line.html && (this.fits(line) || (there && this.dataset.view === "search"));
      if (!stays) {
        if (there && this.dataset.view !== "everything" && String(line.id) !== this.dataset.talk) there.remove();
        else if (there && line.html) there.replaceWith(this.made(line));
      } else if (there) {
        const fresh = this.made(line);
        const focused = there.contains(document.activeElement);
        there.remove();
        this.place(list, fresh);
        if (focused) fresh.querySelector("a").focus();
      } else {
        const fresh = this.made(line);
        if (this.place(list, fresh)) {
          fresh.classList.add("fresh");
          heard = fresh.querySelector(".who").textContent;
        }
      }
      if (String(line.id) === this.dataset.talk) this.refresh(false);
    }
    this.querySelector("#nobody").hidden = list.children.length > 0;
    if (heard) this.querySelector("#heard").textContent = "New: " + heard;
  }

  made(line) {
    const holder = document.createElement("template");
    holder.innerHTML = line.html;
    const made = holder.content.firstElementChild;
    const link = made.querySelector("a");
    link.search = new URL(this.dataset.here, location.href).search;
    if (String(line.id) === this.dataset.talk) link.setAttribute("aria-current", "true");
    return made;
  }

  place(list, fresh) {
    if (!["waiting", "mine", "all"].includes(this.dataset.view)) {
      list.prepend(fresh);
      return true;
    }
    const behind = [...list.children].find((one) => one.dataset.key > fresh.dataset.key);
    if (!behind && this.querySelector(".more")) return false;
    list.insertBefore(fresh, behind || null);
    return true;
  }

  counts(counts) {
    for (const place of this.querySelectorAll("[data-count]")) place.textContent = counts[place.dataset.count] ?? place.textContent;
    const late = this.querySelector("[data-late]");
    late.hidden = !counts.late;
    late.textContent = counts.late + " late";
  }

  looks(looks) {
    const place = this.querySelector("#looks");
    // What somebody else said while an answer is being written stays said.
    if (!place || (place.classList.contains("grave") && this.text?.value.trim())) return;
    place.classList.remove("grave");
    place.hidden = looks.length === 0;
    place.textContent = looks.map((one) => one.name + (one.types ? " writes an answer" : " looks at this too")).join("; ");
  }

  async refresh(all) {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    try {
      const answer = await fetch(this.dataset.here, { cache: "no-store" });
      if (answer.ok && !answer.redirected) this.take(new DOMParser().parseFromString(await answer.text(), "text/html"), all);
    } catch {
      // away for a moment: the next change tells
    } finally {
      this.busy = false;
      if (this.again) {
        this.again = false;
        this.refresh(all);
      }
    }
  }

  take(fresh, all) {
    const swap = (id) => {
      const now = this.querySelector("#" + id);
      const then = fresh.getElementById(id);
      if (now && then && now.innerHTML !== then.innerHTML) now.replaceWith(document.adoptNode(then));
    };
    if (all) {
      const focused = this.querySelector("#lines li:has(:focus)")?.dataset.id;
      swap("lines");
      if (focused) this.querySelector(`#lines [data-id="${focused}"] a`)?.focus();
      this.querySelector("#nobody").hidden = this.querySelector("#lines").children.length > 0;
    }
    const scroll = this.querySelector("#scroll");
    if (!scroll) return;
    const low = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    const said = scroll.querySelectorAll("#turns > .theirs, #turns > .hand").length;
    swap("turns");
    swap("brief");
    swap("rated");
    swap("offers");
    swap("story");
    if (!this.querySelector("#talk-head details[open]") && !this.querySelector("#talk-head").contains(document.activeElement)) {
      swap("talk-head");
      this.querySelectorAll("details.tool").forEach((one) => one.addEventListener("toggle", () => this.alone(one)));
    }
    if (low) this.down();
    this.caught(fresh, scroll.querySelectorAll("#turns > .theirs, #turns > .hand").length > said);
  }

  // Somebody else said something while an answer is being written: it is seen now, and whoever sends is asked once more.
  caught(fresh, more) {
    const seen = fresh.getElementById("seen");
    if (!this.text || !seen) return;
    if (!this.text.value.trim()) {
      this.querySelector("#seen").value = seen.value;
      return;
    }
    const last = this.querySelector("#turns > .theirs:last-of-type, #turns > .hand:last-of-type");
    const place = this.querySelector("#looks");
    if (!more || !last || !place) return;
    const who = [...this.querySelectorAll("#turns > .theirs, #turns > .hand")].pop().querySelector(".head strong").textContent;
    place.hidden = false;
    place.classList.add("grave");
    place.textContent = who + " wrote while you do. Read it before you send.";
  }

  down() {
    const scroll = this.querySelector("#scroll");
    if (scroll) scroll.scrollTop = scroll.scrollHeight;
  }

  tick() {
    for (const due of this.querySelectorAll("[data-due]")) {
      const left = Date.parse(due.dataset.due) - Date.now();
      due.textContent = left < 0 ? spoken(-left) + " late" : "in " + spoken(left);
      due.classList.toggle("late", left < 0);
      due.closest(".entry").classList.toggle("overdue", left < 0);
    }
  }

  // What one does oneself.

  alone(one) {
    if (one.open) this.querySelectorAll("details.tool[open]").forEach((other) => { if (other !== one) other.open = false; });
  }

  click(clicked) {
    const ready = clicked.target.closest("[data-text]");
    if (ready && this.text && !clicked.ctrlKey && !clicked.metaKey) {
      clicked.preventDefault();
      this.insert(ready);
    } else if (!clicked.target.closest("details.tool")) {
      this.querySelectorAll("details.tool[open]").forEach((one) => { one.open = false; });
    }
  }

  insert(ready) {
    const before = this.text.value.trim();
    this.text.value = before ? before + "\n\n" + ready.dataset.text : ready.dataset.text;
    this.querySelector("[name=macro]").value = ready.dataset.macro;
    this.querySelector("#macros")?.removeAttribute("open"); // a shop may have none
    this.text.focus();
    const hole = this.text.value.match(/\{[a-z_]+\}/);
    if (hole) this.text.setSelectionRange(hole.index, hole.index + hole[0].length);
    else this.text.setSelectionRange(this.text.value.length, this.text.value.length);
    const act = ready.dataset.act;
    this.querySelectorAll("#answering [name=then]").forEach((one) => one.classList.toggle("quiet", one.value !== act));
    this.type();
  }

  input(typed) {
    if (typed.target === this.text) this.type();
    if (typed.target.id === "macro-find") this.narrow(typed.target.value.toLowerCase());
  }

  narrow(words) {
    let first = true;
    for (const one of this.querySelectorAll(".macros > li")) {
      one.hidden = !one.textContent.toLowerCase().includes(words);
      one.classList.toggle("first", !one.hidden && first);
      if (!one.hidden) first = false;
    }
  }

  type() {
    const now = performance.now();
    if (!this.text.value.trim() || now - this.told < TYPING_MS) return;
    this.told = now;
    const body = new URLSearchParams({ csrf: this.querySelector("[name=csrf]").value });
    fetch(this.dataset.path + "/" + this.dataset.talk + "/typing", { method: "POST", body }).catch(() => {});
  }

  open(id) {
    const one = this.querySelector("#" + id);
    if (!one) return;
    one.open = true;
    one.querySelector("input:not([type=hidden]), textarea, button")?.focus();
    if (id === "macros") this.narrow("");
  }

  step(by) {
    const lines = [...this.querySelectorAll("#lines .entry")];
    if (!lines.length) return;
    const here = lines.findIndex((one) => one === document.activeElement);
    const from = here >= 0 ? here : lines.findIndex((one) => one.hasAttribute("aria-current"));
    const to = lines[Math.min(lines.length - 1, Math.max(0, from < 0 ? 0 : from + by))];
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  }

  key(pressed) {
    const field = pressed.target.closest?.("input, textarea, select");
    if (pressed.key === "Escape") {
      this.querySelectorAll("details[open].tool, #macros[open], #noting[open]").forEach((one) => { one.open = false; });
      field?.blur();
      return;
    }
    if (field === this.text && pressed.key === "Enter" && (pressed.ctrlKey || pressed.metaKey)) {
      pressed.preventDefault();
      this.querySelector("#answering").requestSubmit(this.querySelector("#answering button:not([name])"));
      return;
    }
    if (field?.id === "macro-find" && pressed.key === "Enter") {
      pressed.preventDefault();
      const first = this.querySelector(".macros > li:not([hidden]) a");
      if (first) this.insert(first);
      return;
    }
    if (field || pressed.ctrlKey || pressed.metaKey || pressed.altKey || this.querySelector("dialog[open]")) return;
    const does = {
      j: () => this.step(1),
      k: () => this.step(-1),
      r: () => this.text?.focus(),
      n: () => this.open("noting"),
      e: () => this.open("close"),
      s: () => this.open("snooze"),
      a: () => this.open("assign"),
      t: () => this.querySelector("#take")?.click(),
      x: () => this.querySelector("#next")?.click(),
      "/": () => (this.text ? this.open("macros") : this.querySelector("#q").focus()),
      "?": () => this.querySelector("#keys").showModal(),
    }[pressed.key];
    if (!does) return;
    pressed.preventDefault();
    does();
  }
});
