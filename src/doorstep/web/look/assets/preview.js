// Shows what is typed a moment after the last key; without it the button "Preview" does the same.
customElements.define("door-preview", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.button = this.form.querySelector("[data-preview]");
    this.form.addEventListener("input", (typed) => this.isShown(typed.target) && this.later());
    this.button.addEventListener("click", (pressed) => { pressed.preventDefault(); this.look(true); });
  }
  isShown(field) {
    return field.name === "order" || field.name.startsWith("part-");
  }
  later(pause = 400) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(false), pause);
  }
  async look(told) {
    clearTimeout(this.timer);
    this.asked?.abort();
    const asked = this.asked = new AbortController();
    try {
      const answer = await fetch(this.button.formAction, { method: "POST", body: new FormData(this.form), signal: asked.signal });
      if (answer.redirected) return location.reload();
      if (answer.status === 429) return this.later(3000);
      this.take(new DOMParser().parseFromString(await answer.text(), "text/html"), told);
    } catch (error) {
      if (!asked.signal.aborted) this.say("The preview could not be made. Try again.");
    }
  }
  take(fresh, told) {
    for (const now of this.querySelectorAll("[data-live]")) {
      const then = fresh.getElementById(now.id);
      if (!then || then.innerHTML === now.innerHTML) continue;
      now.replaceChildren(...document.adoptNode(then).childNodes);
    }
    for (const field of this.form.querySelectorAll("textarea")) {
      const wrong = this.querySelector("#" + field.name.replace("part-", "says-") + " .wrong");
      wrong ? field.setAttribute("aria-invalid", "true") : field.removeAttribute("aria-invalid");
    }
    const error = fresh.getElementById("wrong");
    if (error) this.say(error.textContent);
    else if (told) this.say("The preview is new.");
  }
  say(text) {
    this.querySelector("[data-announce]").textContent = text;
  }
});
