// A statement and its utterances light up together; without this file the links still lead there.

const lit = new Set();

function target(link) {
  return document.getElementById(decodeURIComponent(link.hash.slice(1)));
}

function counterparts(place) {
  return [...place.querySelectorAll("a.to")].map(target).filter(Boolean);
}

function light(places) {
  for (const place of lit) place.classList.remove("lit");
  lit.clear();
  for (const place of places) {
    place.classList.add("lit");
    lit.add(place);
  }
}

function placeOf(node) {
  return node instanceof Element ? node.closest(".statement, .said li") : null;
}

for (const name of ["mouseover", "focusin"]) {
  document.addEventListener(name, (event) => {
    const place = placeOf(event.target);
    light(place ? [place, ...counterparts(place)] : []);
  });
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a.to") : null;
  const place = link && target(link);
  if (!place) return;
  event.preventDefault();
  history.replaceState(null, "", link.hash);
  place.scrollIntoView({ block: "center" });
  place.focus({ preventScroll: true });
});
