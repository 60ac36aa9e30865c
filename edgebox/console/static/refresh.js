// A part of a page that is asked for again and again while somebody can see it.
// XMLHttpRequest, because it gives a document: no text ever becomes HTML here.

const place = document.querySelector("[data-fragment]");
const stale = document.getElementById("stale");
const every = Number(place.dataset.seconds) * 1000;
let asking = false;

function done(failed) {
  asking = false;
  stale.hidden = !failed;
}

function ask() {
  if (asking || document.hidden) return;
  asking = true;
  const request = new XMLHttpRequest();
  request.open("GET", place.dataset.fragment);
  request.responseType = "document";
  request.timeout = 4000;
  request.onload = () => {
    const ended = !request.responseURL.endsWith(place.dataset.fragment); // led to the login
    if (ended) return location.reload();
    const found = request.status === 200 && request.response;
    if (found) place.replaceChildren(...document.importNode(found.body, true).childNodes);
    done(!found);
  };
  request.onerror = () => done(true);
  request.ontimeout = () => done(true);
  request.send();
}

setInterval(ask, every);
document.addEventListener("visibilitychange", ask);
