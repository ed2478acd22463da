"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const open = (id) => {
    const claim = document.getElementById(id);
    if (!claim || claim.tagName !== "DETAILS") return false;
    claim.open = true;
    claim.querySelector("summary").focus({ preventScroll: true });
    claim.scrollIntoView({ block: "start" });
    return true;
  };
  // A link to a claim opens it, and so does an address that ends in its name.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && open(link.hash.slice(1))) {
      event.preventDefault();
      history.pushState(null, "", link.hash);
    }
  });
  const here = () => open(decodeURIComponent(location.hash.slice(1)));
  addEventListener("hashchange", here);
  addEventListener("popstate", here);
  if (location.hash) here();

  // On paper nothing can be opened: all is, and is closed again afterwards.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details.claim:not([open])")];
    closed.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => { closed.forEach((each) => { each.open = false; }); closed = []; });

  const toggle = document.getElementById("open-all");
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    const all = [...document.querySelectorAll("details.claim")];
    const opening = all.some((each) => !each.open);
    all.forEach((each) => { each.open = opening; });
    toggle.textContent = opening ? "Close all claims" : "Open all claims";
  });

  const { minutes, runs } = read("lights");
  const claims = read("looked-at");
  const activities = [...document.querySelectorAll(".map .activity")];
  activities.forEach((each) => {
    const claim = claims[each.dataset.observable];
    if (!claim) return;
    each.setAttribute("tabindex", "0");
    each.setAttribute("role", "link");
    each.setAttribute("aria-label", `${each.querySelector("title").textContent}: ${claim.split("_")[0]}`);
    each.addEventListener("click", () => open(claim));
    each.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(claim); }
    });
  });
  if (!runs.length) return;
  const slider = document.getElementById("time"), said = document.getElementById("clock");
  const select = document.getElementById("run"), play = document.getElementById("play");
  const clock = (time) => (time < 120 ? `${time} min` : `${time / 60} h`);
  const light = () => {
    const at = Number(slider.value), run = runs[Number(select.value)];
    said.textContent = clock(minutes[at]);
    slider.setAttribute("aria-valuetext", clock(minutes[at]));
    activities.forEach((each) => {
      const share = (run.lights[each.dataset.observable] || [])[at] || 0;
      const hue = share < 0 ? "--down" : "--up";
      each.dataset.light = share;
      each.style.setProperty(
        "--fill", `color-mix(in oklab, var(${hue}) ${Math.round(100 * Math.abs(share))}%, var(--activity))`);
    });
  };
  let timer = 0;
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = "Play"; };
  play.addEventListener("click", () => {
    if (timer) { stop(); return; }
    if (slider.value === slider.max) slider.value = "0";
    play.textContent = "Stop";
    timer = setInterval(() => {
      slider.value = String(Number(slider.value) + 1);
      light();
      if (slider.value === slider.max) stop();
    }, 120);
  });
  slider.addEventListener("input", () => { stop(); light(); });
  select.addEventListener("change", light);
  light();
})();
