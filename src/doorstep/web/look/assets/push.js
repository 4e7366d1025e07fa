// The service worker of one shop's notifications: shows what comes, leads to its page, subscribes anew where the browser has to.
// It answers no requests: pages load as if it were not there.
const kept = () => caches.open("door-push " + registration.scope);

addEventListener("install", () => skipWaiting());

addEventListener("push", (event) => event.waitUntil(show(event.data)));

async function show(data) {
  let told = {};
  try {
    told = data.json();
  } catch {
    // a push without words must still be seen: browsers take the permission away otherwise
  }
  const options = { data: { url: told.url || "" }, renotify: Boolean(told.tag) };
  for (const name of ["body", "tag", "lang", "icon"]) if (told[name]) options[name] = told[name];
  await registration.showNotification(told.title || location.host, options);
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data.url));
});

async function lead(url) {
  const wanted = url && new URL(url, location.origin);
  if (!wanted || !["https:", "http:"].includes(wanted.protocol)) return;
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => new URL(page.url).origin === wanted.origin && new URL(page.url).pathname === wanted.pathname);
  if (!there) return clients.openWindow(wanted.href);
  await there.focus();
  there.postMessage({ open: wanted.href });
}

addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event.newSubscription)));

async function renew(fresh) {
  const cache = await kept();
  for (const mark of await cache.keys()) {
    const known = await (await cache.match(mark)).json();
    fresh ||= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(known.key) });
    const answer = await fetch(known.at, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...fresh.toJSON(), lang: known.lang, replaces: known.endpoint }),
    });
    if (answer.ok) await cache.put(mark, new Response(JSON.stringify({ ...known, endpoint: fresh.endpoint })));
  }
}

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}
