// Tells the customer's chat that somebody writes here, every few seconds while they do; without it the customer merely does not see it.
customElements.define("door-typing", class extends HTMLElement {
  connectedCallback() {
    this.told = -Infinity;
    this.addEventListener("input", (typed) => this.look(typed.target));
  }
  look(field) {
    const now = performance.now();
    if (!field.value.trim() || now - this.told < 4000) return;
    this.told = now;
    const body = new URLSearchParams({ csrf: this.querySelector("[name=csrf]").value });
    fetch(this.dataset.to, { method: "POST", body }).catch(() => {});
  }
});
