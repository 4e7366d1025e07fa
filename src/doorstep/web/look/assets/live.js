// Looks for news once a minute while the page is seen; without it the page is complete and merely stands still.
customElements.define("door-live", class extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.look(), 60000);
    this.seen = () => document.hidden || this.look();
    document.addEventListener("visibilitychange", this.seen);
  }
  disconnectedCallback() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
  }
  async look() {
    if (document.hidden || this.busy) return;
    this.busy = true;
    try {
      const answer = await fetch(location.href, { cache: "no-store", referrerPolicy: "no-referrer" });
      if (answer.ok) this.take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // away for a moment: the next look tells
    } finally {
      this.busy = false;
    }
  }
  take(fresh) {
    const now = document.querySelector("main");
    const then = fresh.querySelector("main");
    if (!then || now.dataset.version === then.dataset.version) return;
    const open = [...now.querySelectorAll("details")].map((one) => one.open);
    [...then.querySelectorAll("details")].forEach((one, place) => { one.open = Boolean(open[place]); });
    now.replaceWith(document.adoptNode(then));
    document.title = fresh.title;
    this.querySelector("[data-announce]").textContent = this.dataset.new + " " + then.querySelector("h1").textContent;
  }
});
