// The card "notify me here". It stays hidden where the browser cannot be notified; nothing is asked before the button is pressed.
customElements.define("door-push", class extends HTMLElement {
  async connectedCallback() {
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window && "caches" in window)) return;
    this.button = this.querySelector("button");
    this.button.addEventListener("click", () => this.turn());
    this.say(await this.state());
    this.hidden = false;
  }

  async state() {
    if (Notification.permission === "denied") return "denied";
    const registration = await this.registration();
    const subscription = await registration?.pushManager.getSubscription();
    const known = await (await (await this.kept()).match(this.dataset.mark))?.json();
    return subscription && known?.key === this.dataset.key && known.endpoint === subscription.endpoint ? "on" : "off";
  }

  say(state, words = state) {
    this.dataset.state = state;
    this.querySelector("[role=status]").textContent = this.dataset["say" + words[0].toUpperCase() + words.slice(1)] || "";
    this.button.textContent = state === "on" ? this.dataset.turnOff : this.dataset.turnOn;
    this.button.hidden = state === "denied";
  }

  async turn() {
    if (this.busy) return;
    this.busy = true;
    const before = this.dataset.state;
    this.say(before, "busy");
    try {
      if (before === "on") await this.turnOff();
      else if ((await Notification.requestPermission()) === "granted") await this.turnOn();
      const after = await this.state();
      this.say(after, before === "on" ? "stopped" : after);
    } catch {
      this.say(before, "failed");
    } finally {
      this.busy = false;
    }
  }

  async turnOn() {
    const registration = await navigator.serviceWorker.register("/push.js", { scope: this.dataset.scope, updateViaCache: "none" });
    await this.awake(registration.installing || registration.waiting || registration.active);
    const { key, at, lang, mark } = this.dataset;
    let subscription = await registration.pushManager.getSubscription();
    if (subscription && this.text(subscription.options.applicationServerKey) !== key) {
      await subscription.unsubscribe(); // made with a key that the shop has no more
      subscription = null;
    }
    subscription ||= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.bytes(key) });
    await this.tell("POST", { ...subscription.toJSON(), lang });
    await (await this.kept()).put(mark, new Response(JSON.stringify({ at, key, lang, endpoint: subscription.endpoint })));
  }

  async turnOff() {
    const cache = await this.kept();
    const subscription = await (await this.registration())?.pushManager.getSubscription();
    if (subscription) await this.tell("DELETE", { endpoint: subscription.endpoint });
    await cache.delete(this.dataset.mark);
    if (subscription && !(await cache.keys()).length) await subscription.unsubscribe(); // other orders may still need it
  }

  async tell(method, said) {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(this.dataset.at, { method, headers, body: JSON.stringify(said), referrerPolicy: "no-referrer" });
    if (!answer.ok) throw new Error(answer.status);
  }

  async registration() {
    const scope = new URL(this.dataset.scope, location.origin).href;
    return (await navigator.serviceWorker.getRegistrations()).find((one) => one.scope === scope);
  }

  kept() {
    return caches.open("door-push " + new URL(this.dataset.scope, location.origin).href);
  }

  awake(worker) {
    return new Promise((done) => {
      const look = () => worker.state === "activated" && done();
      worker.addEventListener("statechange", look);
      look();
    });
  }

  bytes(text) {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  }

  text(buffer) {
    return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }
});

// A notification was clicked whose page is open here already.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", (event) => {
    const wanted = event.data?.open && new URL(event.data.open);
    if (wanted && wanted.origin === location.origin) location.assign(wanted.href);
  });
  navigator.serviceWorker.startMessages();
}
