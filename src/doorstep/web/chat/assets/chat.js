// Doorstep's chat for a shop's page: a custom element with a shadow root; no eval, no markup from strings.
(() => {
const me = document.currentScript, { key, customer = "" } = me.dataset;
const base = new URL(`chat/${key}/`, me.src).href, sub = customer && JSON.parse(atob(customer.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).sub, place = `doorstep-chat ${key.slice(-12)} ${sub}`;
const CSS = `
:host{all:initial;position:fixed!important;inset-block-end:20px;inset-inline-end:20px;z-index:99999999;font:16px/1.45 system-ui,sans-serif;color:var(--ink);color-scheme:inherit;--accent:var(--colour);--on-accent:var(--on);--ground:light-dark(#fff,#191c1b);--ink:light-dark(#1c1f1d,#eef0ee);--soft:light-dark(#f0f1ee,#2a2f2d);--quiet:light-dark(#565d59,#b4bcb8);--line:light-dark(#8a918d,#7d8682);--radius:16px}
*{box-sizing:border-box;overflow-wrap:anywhere}[hidden]{display:none!important}
button,textarea{font:inherit;color:inherit;min-height:44px;border:1px solid transparent;border-radius:var(--radius)}button{cursor:pointer;min-width:44px;background:0;padding:6px}
:focus-visible{outline:3px solid;outline-offset:-4px}
svg{width:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;display:block;margin:auto}
.launch{border-color:var(--line);width:60px;height:60px;border-radius:50%;box-shadow:0 4px 16px #0005;display:block;margin-inline-start:auto}
b{position:absolute;inset-block-end:44px;inset-inline-end:-4px;min-width:24px;padding:2px 6px;border-radius:12px;background:#a52a21;color:#fff;font-size:13px;line-height:20px}
section{position:absolute;inset-block-end:72px;inset-inline-end:0;width:380px;height:min(640px,100vh - 112px);display:flex;flex-direction:column;background:var(--ground);border:1px solid var(--line);border-radius:var(--radius);overflow:hidden;box-shadow:0 12px 40px #0004;animation:r .2s}
@keyframes r{from{opacity:0;translate:0 12px}}
@media(max-width:480px),(max-height:480px){section{position:fixed;inset:0;width:auto;height:auto;border-radius:0}}
@media(prefers-reduced-motion){section{animation:none}}
header,form,.files,.choices{display:flex;gap:6px;flex-wrap:wrap}header,form{flex-wrap:nowrap;padding:8px;align-items:end}
h2{flex:1;margin:0;padding:8px;font-size:17px}
.log{flex:1;min-height:64px;overflow:auto;padding:16px;display:flex;flex-direction:column;gap:10px}.log>:first-child{margin-top:auto}
.line{max-width:85%;align-self:start}.mine{align-self:end;text-align:end}
p{margin:0}.line p{display:inline-block;text-align:start;white-space:pre-wrap;padding:9px 13px;border:1px solid transparent;border-radius:var(--radius);background:var(--soft)}
.launch,.send,header,.mine p{background:var(--accent)!important;color:var(--on-accent)}
.log>p,small,.status{color:var(--quiet);font-size:14px}.log>p{text-align:center}small{display:block}
.choices{margin-top:8px}.choices button,.files button,.card{padding:9px 14px;border:1px solid var(--line)}
a{color:inherit}.card{display:block;margin-top:8px;border-radius:var(--radius);font-weight:600}
i{position:absolute;clip-path:inset(50%);width:1px;overflow:hidden;white-space:nowrap}
.status{min-height:22px}.status,.files{padding:0 16px}form{border-top:1px solid var(--line)}
::placeholder{color:var(--quiet);opacity:1}textarea{flex:1;min-width:0;resize:none;field-sizing:content;max-height:120px;padding:9px 12px;border-color:var(--line);background:var(--ground)}
:host([dir=rtl]) .send svg{scale:-1 1}
@media(forced-colors:active){p,.send,.launch,header{border:1px solid!important}}`;
const DRAW = { chat: "M21 12a8 8 0 0 1-8 8H4l2-4a8 8 0 1 1 15-4z", close: "M6 6l12 12M18 6L6 18", send: "M4 12h15M13 6l6 6-6 6", clip: "M19 11l-8 8a4 4 0 0 1-6-6l8-8a3 3 0 0 1 4 4l-8 8" };
const host = document.createElement("doorstep-chat"), lines = new Map(), done = new Set(), unread = new Set(), unheard = new Set();
let kept = { token: "", queue: [] }, chosen = [], mark = "", fails = 0, shade, look, w, launch, count, log, status, field, picked, input, panel, opening, rest, awake, heard, hush, pause, typed = 0, busy;
// Text only ever becomes text.
const h = (name, props, ...inside) => {
	const made = document.createElement(name);
	for (const what in props) what in made ? (made[what] = props[what]) : made.setAttribute(what, props[what]);
	made.append(...inside.filter(Boolean));
	return made;
};
const icon = (name) => {
	const [svg, path] = ["svg", "path"].map((one) => document.createElementNS("http://www.w3.org/2000/svg", one));
	path.setAttribute("d", DRAW[name]);
	svg.setAttribute("viewBox", "0 0 24 24");
	svg.append(path);
	return svg;
};
const link = (href, text, className = "") => h("a", { href, className, target: "_blank", rel: "noreferrer" }, text);
const linked = (text) => text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/).map((part, at) => (at % 2 ? link(part, part) : part));

// What outlives the page: the token, and what waits to be sent, but files.
function load() {
	try {
		const { token, queue } = JSON.parse(localStorage[place]);
		kept = { token: token || kept.token, queue: [...queue, ...kept.queue.filter((one) => one.files)].sort((one, other) => (one.at < other.at ? -1 : 1)) };
	} catch { /* none yet */ }
}
function save() {
	try { localStorage[place] = JSON.stringify({ token: customer ? "" : kept.token, queue: kept.queue.filter((one) => !one.files) }); } catch { /* full */ }
}
async function ask(path, body, signal, id = "") {
	const go = () => fetch(base + path, { method: body ? "POST" : "GET", body: body && JSON.stringify(body), headers: { authorization: "Bearer " + kept.token, "last-event-id": id }, signal, credentials: "omit", cache: "no-store" });
	const answer = await go();
	return answer.status == 401 && (await session(true)) ? go() : answer;
}
function session(again) {
	if (kept.token && !again) return true;
	return (opening ||= ask("session", { token: kept.token, customer }).then(async (answer) => {
		if (answer.ok) kept.token = (await answer.json()).token, save();
		return answer.ok;
	}).finally(() => (opening = 0)));
}

async function begin() {
	const answer = await fetch(`${base}look?lang=${document.documentElement.lang || navigator.language}`, { credentials: "omit" });
	if (!answer.ok) return;
	look = await answer.json();
	w = look.words;
	load();
	document.body.append(host);
	draw();
	addEventListener("online", wake);
	addEventListener("offline", () => { hush?.abort(); tell(); pending(); });
	addEventListener("storage", (event) => { if (event.key == place) load(), pending(), wake(); });
	document.addEventListener("visibilitychange", () => { document.hidden ? hush?.abort() : (marks(), wake()); });
	if (customer || kept.token || kept.queue[0]) wake();
}
function draw() {
	const sheet = new CSSStyleSheet();
	shade = host.attachShadow({ mode: "open" });
	sheet.replaceSync(CSS);
	shade.adoptedStyleSheets = [sheet];
	for (const name of ["colour", "on"]) host.style.setProperty("--" + name, look[name]);
	host.lang = look.lang;
	host.dir = getComputedStyle(document.body).direction;
	const button = (label, drawn, props) => h("button", { type: "button", ariaLabel: label, title: label, ...props }, icon(drawn));
	count = h("b");
	launch = h("button", { className: "launch", onclick: () => toggle() }, icon("chat"), count);
	log = h("div", { className: "log", role: "log", tabIndex: 0, ariaLabel: w.log, ariaLive: "polite" }, ...look.lines.map((one) => h("p", { dir: "auto" }, one)), look.starts[0] && offer(look.starts, "starts"));
	status = h("div", { className: "status", role: "status" });
	field = h("textarea", { rows: 1, maxLength: 4000, ariaLabel: w.write, placeholder: w.write, dir: "auto", oninput: types,
		onkeydown: (event) => { if (event.key == "Enter" && !event.shiftKey && !event.isComposing) write(event); } });
	picked = h("div", { className: "files" });
	input = h("input", { type: "file", multiple: true, hidden: true, accept: ".png,.jpg,.jpeg,.gif,.webp,.pdf", onchange: pick });
	panel = h("section", { role: "dialog", ariaLabel: look.brand },
		h("header", 0, h("h2", { dir: "auto" }, look.brand), button(w.close, "close", { onclick: () => toggle() })), log, status, picked,
		h("form", { onsubmit: write }, input, button(w.attach, "clip", { onclick: () => input.click() }), field, button(w.send, "send", { type: "submit", className: "send" })));
	shade.addEventListener("keydown", (event) => { if (event.key == "Escape" && !panel.hidden) toggle(); });
	shade.append(launch, panel);
	pending();
	toggle(true);
}
function toggle(quiet) {
	const open = (launch.ariaExpanded = panel.hidden && !quiet);
	panel.hidden = !open;
	marks();
	if (!quiet) (open ? field : launch).focus();
	if (open) end(), wake();
}
const tell = (text) => (status.textContent = text || (!navigator.onLine ? w.offline : fails > 1 ? w.trying : ""));
const end = () => (log.scrollTop = 1e9);

// Events, and asking where no event comes through.
async function wake() {
	rest?.();
	tell();
	send();
	if (awake) return;
	awake = true;
	while (!document.hidden) {
		try {
			if (!(await session())) throw 0;
			if (!heard) await poll();
			tell((fails = 0));
			heard = await listen().catch(() => 0);
		} catch { fails++, tell(); }
		send();
		await new Promise((done) => setTimeout((rest = done), fails ? Math.min(2e4, 500 * 2 ** fails) : heard ? 500 : 2500));
	}
	awake = heard = 0;
}
async function poll() {
	const answer = await ask("messages?after=" + mark), said = await answer.json();
	if (!answer.ok) throw 0;
	if (!mark) log.ariaLive = "off"; // old lines are not read out
	mark = said.mark;
	show(said.lines);
	setTimeout(() => (log.ariaLive = "polite"), 500);
}
async function listen() {
	hush = new AbortController();
	const stop = () => hush.abort();
	let tail = "", got, timer = setTimeout(stop, 8000);
	try {
		const answer = await ask("events", null, hush.signal, mark), reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
		while (!(got = await reader.read()).done) {
			clearTimeout(timer);
			timer = setTimeout(stop, 45000);
			const events = (tail + got.value).split("\n\n");
			tail = events.pop();
			for (const event of events) hear(Object.fromEntries(event.split("\n").map((line) => line.split(/: (.*)/s))));
		}
		return answer.ok;
	} finally { clearTimeout(timer); }
}
function hear({ id, event, data }) {
	if (id) mark = id;
	if (event == "lines") show(JSON.parse(data));
	if (event == "typing" && data.includes("us")) {
		tell(w.typing);
		clearTimeout(pause);
		pause = setTimeout(tell, 6000);
	}
}

function show(news) {
	const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
	for (const line of news) {
		const name = line.mine ? line.client_id : line.id, before = lines.get(name);
		if (line.mine) drop(name);
		else if (line.seen) unread.delete(name);
		else if (!before) unread.add(name), unheard.add(name), tell();
		if (before?.sent) continue;
		const made = row(line), { at } = made;
		stand(name, made, [...log.children].find((one) => one.at > at), { at, sent: true });
	}
	if (atEnd) end();
	marks();
}
// What stood there while it waited only changes its state.
function stand(name, made, next, more) {
	const before = lines.get(name);
	shade.getElementById("starts")?.remove(); // a talk has begun
	before ? before.lastChild.replaceWith(made.lastChild) : log.insertBefore(made, next);
	// What was asked before somebody wrote is asked no more.
	if (!before && made.matches(".mine")) for (let one = made; (one = one.previousSibling); ) one.querySelector(".once")?.remove();
	lines.set(name, Object.assign(before || made, more));
}
function row({ id, mine, text, link: card, at, files, choices, answers, machine, by }, state = w.sent) {
	const when = new Date(at), clock = when.toLocaleString(look.lang, { timeStyle: "short", ...(Date.now() - when > 72e6 && { dateStyle: "medium" }) });
	const who = machine ? w.assistant : by || look.brand;
	const made = h("div", { className: mine ? "line mine" : "line" }, h("i", 0, (mine ? w.you : who) + ": "), text && h("p", { dir: "auto" }, ...linked(text)));
	made.at = +when;
	for (const { name } of files || []) made.append(h("p", { dir: "auto" }, name));
	if (/^https?:/.test(card?.url)) made.append(link(card.url, card.title, "card"));
	if (choices && !done.has(id)) made.append(offer(choices, id));
	if (answers) done.add(answers), shade.getElementById(answers)?.remove();
	made.append(h("small", { dir: "auto" }, mine ? `${clock} · ${state}` : `${who} · ${clock}`));
	return made;
}
const offer = (choices, id) => h("div", { className: /^\d/.test(choices[0]?.choice_id) ? "choices once" : "choices", role: "group", ariaLabel: w.choose, id }, ...choices.map(({ title, choice_id: choice, about }) =>
	h("button", { dir: "auto", onclick: () => { field.focus(); put({ text: title, choice, ...(id != "starts" && { answers: id }) }); } }, title, about && h("small", 0, about))));
function marks() {
	const seen = !panel.hidden && !document.hidden, reached = [...unheard], read = seen ? [...unread] : [];
	unheard.clear();
	if (seen) unread.clear();
	const n = (count.textContent = unread.size || "");
	count.hidden = !n;
	launch.ariaLabel = w.open + (n && ", " + w.unread.replace("{n}", n));
	if (reached[0] || read[0]) ask("read", { reached, read }).catch(() => {});
}

function types() {
	if (!kept.token || Date.now() - typed < 4000) return;
	typed = Date.now();
	ask("typing", {}).catch(() => {});
}
function pick() {
	const all = [...chosen, ...input.files];
	input.value = "";
	if (all.length > 3 || all.some((one) => one.size > 5e6)) return tell(w.big);
	chosen = all;
	picked.replaceChildren(...all.map((one) => h("button", { ariaLabel: `${w.remove} ${one.name}`, onclick: () => {
		chosen = all.filter((other) => other != one);
		pick();
		field.focus();
	} }, one.name + " ×")));
}
async function write(event) {
	event.preventDefault();
	const text = field.value.trim(), all = chosen;
	if (!text && !all[0]) return;
	field.value = "";
	chosen = [];
	pick();
	const files = await Promise.all(all.map((one) => new Promise((done) => {
		const reader = new FileReader();
		reader.onload = () => done({ name: one.name, content: reader.result.split(",")[1] });
		reader.readAsDataURL(one);
	})));
	put(files[0] ? { text, files } : { text });
}
function put(what) {
	load();
	kept.queue.push({ id: crypto.getRandomValues(new Uint32Array(4)).join("-"), at: new Date().toJSON(), ...what });
	save();
	pending();
	end();
	wake();
}
function drop(id) {
	kept.queue = kept.queue.filter((one) => one.id != id);
	save();
}
function pending(failed, why) {
	for (const one of kept.queue) {
		if (!lines.get(one.id)?.sent) stand(one.id, row({ ...one, mine: true }, one.id == failed ? w.failed.replace("{why}", why) : navigator.onLine ? w.sending : w.waiting));
	}
}
// One by one: the next leaves when the one before is kept.
async function send() {
	if (busy || !navigator.onLine || !kept.queue[0]) return;
	busy = true;
	const all = async () => {
		for (let one; (one = kept.queue[0]); load(), drop(one.id)) {
			if (!(await session())) return;
			const answer = await ask("messages", one);
			if (answer.status == 429 || answer.status > 499) return setTimeout(send, 1000 * (answer.headers.get("retry-after") || 5));
			if (!answer.ok) pending(one.id, (await answer.json()).detail);
		}
	};
	try { await (navigator.locks?.request(place, all) ?? all()); } catch { /* listening tries again */ }
	busy = false;
	pending();
}
if (!key || customElements.get("doorstep-chat")) return;
customElements.define("doorstep-chat", class extends HTMLElement {});
document.body ? begin() : addEventListener("DOMContentLoaded", begin);
})();
