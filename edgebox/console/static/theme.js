"use strict";
// Before the page is painted: one of the few things that a browser keeps (localStorage).
(function () {
  const KEY = "edgebox.theme";
  const CHOICES = ["system", "light", "dark"];

  function kept() {
    try {
      const value = window.localStorage.getItem(KEY);
      return CHOICES.includes(value) ? value : "system";
    } catch (error) {
      return "system"; // storage is turned off
    }
  }

  function apply(value) {
    document.documentElement.dataset.theme = value;
  }

  apply(kept());
  document.addEventListener("DOMContentLoaded", function () {
    const choice = document.getElementById("theme");
    if (!choice) return;
    choice.value = kept();
    choice.addEventListener("change", function () {
      apply(choice.value);
      try {
        window.localStorage.setItem(KEY, choice.value);
      } catch (error) {
        // It holds for this page.
      }
    });
  });
})();
